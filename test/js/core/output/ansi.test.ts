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

test('the mode of a request replaces that of the configuration', async () => {
  const engine = makeEngine({ ansi: 'strip' });
  const request = { ...COLOURFUL, ansi: 'sgr' } as const;
  expect((await engine.run(request)).stdout).toBe('\u001B[32mok\u001B[0m\n');
  expect((await engine.run(COLOURFUL)).stdout).toBe('ok\n');
  await expect(engine.run({ ...COLOURFUL, ansi: 'colour' as never })).rejects.toThrow(
    /"request.ansi" property must be one of.*colour/,
  );
});

test('an unknown mode is rejected by name', () => {
  expect(() => makeEngine({ ansi: 'colour' as never })).toThrow(
    /"ansi" must be one of 'raw', 'sgr', 'strip'.*colour/,
  );
});
