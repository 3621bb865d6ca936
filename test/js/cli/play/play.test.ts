import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { run } from '../../support/cli-run';
import { program } from '../../support/program';
import { root } from '../../support/repository';
import { tempDir, tempFile } from '../../support/temp';

const HEADER = '{"version":2,"width":80,"height":24}';
const cast = (...lines: string[]): string =>
  tempFile('a.cast', `${[HEADER, ...lines].join('\n')}\n`);

test('plays what run --record has written', async () => {
  const file = join(tempDir(), 'run.cast');
  const script = 'echo one; sleep 0.2; printf "\\033[1mtwo\\033[0m"';
  await run(['--pty', '--record', file, '--', '/bin/sh', '-c', script]);
  const start = performance.now();
  const end = await program(['play', file]);
  expect(end).toMatchObject({ code: 0, stdout: 'one\r\n\x1b[1mtwo\x1b[0m', stderr: '' });
  expect(performance.now() - start).toBeGreaterThan(190);
});

test('--idle-limit and --speed shorten the pauses; other events are not shown', async () => {
  const file = cast('[0.1,"o","a"]', '[0.2,"r","100x50"]', '[90,"o","b"]', '[90,"i","typed"]', '');
  const limited = await program(['play', '--idle-limit', '10ms', file]);
  expect(limited).toMatchObject({ code: 0, stdout: 'ab' });
  expect(await program(['play', '--speed', '10000', file])).toMatchObject({
    code: 0,
    stdout: 'ab',
  });
});

test('plays the recording of the example manager', async () => {
  const file = join(root, 'examples/manager/recording.cast');
  const end = await program(['play', '--idle-limit', '1ms', file]);
  expect(end).toMatchObject({ code: 0, stderr: '' });
  const lines = stripVTControlCharacters(end.stdout).split('\r\n');
  expect(lines).toContain('    inventory    │ signed in with ***');
  expect(lines).toContain('    apply        │ Apply complete! Resources: 3 added');
  expect(lines).toContain('release: 8 of 8 steps completed');
});

test.each([
  ['an empty file', () => tempFile('b.cast', ''), /the file is empty/],
  ['another version', () => tempFile('c.cast', '{"version":3}\n'), /it has version 3/],
  ['no header', () => tempFile('d.cast', '[1,"o","x"]\n'), /line 1 has no version/],
  ['a line that is cut', () => cast('[0,"o","x"]', '[0,"o","y'), /line 3 is not JSON/],
  ['no event', () => cast('{}'), /line 2 is not an event/],
])('%s is reported', async (_, file, message) => {
  const end = await program(['play', file()]);
  expect(end.code).toBe(1);
  expect(end.stderr).toMatch(message);
});

test('a missing file, and wrong options', async () => {
  const missing = await program(['play', '/no/such/file']);
  expect(missing.code).toBe(125);
  expect(missing.stderr).toContain('ENOENT');
  for (const args of [[], ['a', 'b'], ['--speed', '0', 'a'], ['--idle-limit', 'x', 'a']]) {
    expect((await program(['play', ...args])).code).toBe(2);
  }
});
