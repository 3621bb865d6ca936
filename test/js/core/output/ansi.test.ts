import { sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';

const COLOURFUL = sh(String.raw`printf '\033[32mok\033[0m\033]0;title\007\n'`);

test.each([
  [undefined, '\u001B[32mok\u001B[0m\u001B]0;title\u0007\n'],
  ['raw', '\u001B[32mok\u001B[0m\u001B]0;title\u0007\n'],
  ['sgr', '\u001B[32mok\u001B[0m\n'],
  ['strip', 'ok\n'],
] as const)('ansi: %s', async (ansi, stdout) => {
  const engine = makeEngine({ ansi });
  const lines: string[] = [];
  engine.on('stdout', ({ line }) => lines.push(line));
  expect((await engine.run(COLOURFUL)).stdout).toBe(stdout);
  expect(lines).toEqual([stdout.slice(0, -1)]);
});

test('an unknown mode is rejected by name', () => {
  expect(() => makeEngine({ ansi: 'colour' as never })).toThrow(
    /"ansi" must be one of 'raw', 'sgr', 'strip'.*colour/,
  );
});
