import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

type Event = [time: number, kind: string, data: string];

function read(file: string): { header: Record<string, unknown>; events: Event[] } {
  const [header, ...events] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return { header: JSON.parse(header as string), events: events.map((event) => JSON.parse(event)) };
}

const textOf = (events: readonly Event[]): string =>
  events.map(([, kind, data]) => (kind === 'o' ? data : '')).join('');

test('a terminal is recorded: output, sizes, times, and no input that is not echoed', async () => {
  const engine = makeEngine();
  const recordPath = path.join(tempDir(), 'new', 'run.cast');
  const script =
    'stty -echo; echo ready; read -r word; echo "got $(printf %s "$word" | wc -c)"; sleep 0.05; printf "\\033[1mend"';
  const run = engine.run(
    sh(script, {
      pty: { cols: 90, rows: 20, term: 'vt100' },
      recordPath,
    }),
  );
  const lines: string[] = [];
  run.on('stdout', ({ line }) => lines.push(line));
  await waitFor('the command', () => lines.includes('ready'));
  await run.resize({ cols: 91, rows: 21 });
  run.stdin.end('hunter2\n');
  const result = await run;
  expect(result).toMatchObject({ recordFile: recordPath, recordError: null, logFile: null });
  expect(statSync(recordPath).mode & 0o777).toBe(0o600);
  const { header, events } = read(recordPath);
  expect(header).toMatchObject({ version: 2, width: 90, height: 20, env: { TERM: 'vt100' } });
  expect(textOf(events)).toBe(result.stdout);
  expect(textOf(events)).toBe('ready\r\ngot 7\r\n\x1b[1mend');
  expect(events.filter(([, kind]) => kind === 'r').map(([, , size]) => size)).toEqual(['91x21']);
  const times = events.map(([time]) => time);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times.at(-1)).toBeGreaterThan(times[0] as number);
  expect(readFileSync(recordPath, 'utf8')).not.toContain('hunter2');
});

test('without a terminal both streams are recorded, redacted', async () => {
  const engine = makeEngine();
  const recordPath = path.join(tempDir(), 'run.cast');
  const run = engine.run(
    sh('echo swordfish; sleep 0.05; echo err >&2', { recordPath, redact: ['swordfish'] }),
  );
  expect(await run).toMatchObject({ recordFile: recordPath, stdout: '***\n', stderr: 'err\n' });
  const { header, events } = read(recordPath);
  expect(header).toMatchObject({ width: 80, height: 24 });
  expect(textOf(events)).toBe('***\r\nerr\r\n');
});

test('a relative path begins in the directory of the call', async () => {
  const engine = makeEngine();
  const [first, second] = [tempDir(), tempDir()];
  const before = process.cwd();
  try {
    process.chdir(first);
    const run = engine.run(sh('echo hi', { recordPath: 'run.cast' }));
    process.chdir(second);
    expect(await run).toMatchObject({ recordError: null });
  } finally {
    process.chdir(before);
  }
  expect(existsSync(path.join(first, 'run.cast'))).toBe(true);
});

test.each([
  ['a full disk', () => '/dev/full'],
  ['a directory', () => tempDir()],
  [
    'a symbolic link',
    () => {
      const link = path.join(tempDir(), 'link');
      symlinkSync('/tmp/nowhere', link);
      return link;
    },
  ],
])('%s does not end the command', async (_, file) => {
  const engine = makeEngine();
  const run = engine.run(sh('echo out', { recordPath: file(), pty: true }));
  expect(await run).toMatchObject({
    status: 'completed',
    stdout: 'out\r\n',
    recordFile: null,
    recordError: expect.any(String),
  });
});

test('a recording to the file of the log is refused, and through a link it is not written', async () => {
  const engine = makeEngine();
  const directory = tempDir();
  const outputLogPath = path.join(directory, 'a.log');
  const same = [outputLogPath, `${directory}/x/../a.log`, path.relative('', outputLogPath)];
  for (const recordPath of same) {
    await expect(engine.execute(sh('true', { outputLogPath, recordPath }))).rejects.toMatchObject({
      code: 'ERR_VALIDATION',
      message: 'Validation error: "recordPath" must not be the file of "outputLogPath"',
    });
  }
  const link = path.join(tempDir(), 'link');
  symlinkSync(directory, link);
  const recordPath = path.join(link, 'a.log');
  const result = await engine.run(sh('echo one', { outputLogPath, recordPath }));
  expect(result).toMatchObject({ status: 'completed', logFile: outputLogPath, recordFile: null });
  expect(result.recordError).toContain('an execution writes to it');
  expect(readFileSync(outputLogPath, 'utf8')).toContain('one');
});

test('a recording that is removed is reported', async () => {
  const engine = makeEngine();
  const folder = path.join(tempDir(), 'folder');
  mkdirSync(folder);
  const run = engine.run(
    sh('echo one; read line; echo two', { recordPath: path.join(folder, 'a'), pty: true }),
  );
  await waitFor('the recording', () => existsSync(path.join(folder, 'a')));
  rmSync(folder, { recursive: true });
  run.stdin.end('\n');
  expect(await run).toMatchObject({
    status: 'completed',
    recordFile: null,
    recordError: expect.stringContaining('removed'),
  });
});
