import {
  existsSync,
  readdirSync,
  realpathSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chunks, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { present } from '../../support/expectations';
import { factsOfLog, linesOfLog, outputOfLog } from '../../support/log-file';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) (.*)$/;

interface Entry {
  time: number;
  stream: string;
  text: string;
}

function readLog(path: string): Entry[] {
  return outputOfLog(path).map((line) => {
    const [, time = '', stream = '', text = ''] = LINE.exec(line) ?? [];
    expect(stream).not.toBe('');
    return { time: Date.parse(time), stream, text };
  });
}

const texts = (path: string, stream: string): string[] =>
  readLog(path)
    .filter((entry) => entry.stream === stream)
    .map(({ text }) => text);

test('without a directory there is no log', async () => {
  const engine = makeEngine();
  expect(await engine.run(sh('echo hi'))).toMatchObject({ logFile: null, logError: null });
});

describe('logDir', () => {
  test('receives one file per execution, with one line per line of output', async () => {
    const logDir = join(tempDir(), 'made', 'when', 'needed');
    const engine = makeEngine({ logDir });
    const before = Date.now();
    const result = await engine.run(sh('echo out 1; echo out 2; echo err >&2; printf "no end"'));
    expect(result).toMatchObject({ logFile: join(logDir, `${result.id}.log`), logError: null });
    const entries = readLog(present(result.logFile));
    expect(entries).toHaveLength(4);
    expect(texts(present(result.logFile), 'stdout')).toEqual(['out 1', 'out 2', 'no end']);
    expect(texts(present(result.logFile), 'stderr')).toEqual(['err']);
    for (const { time } of entries) {
      expect(time).toBeGreaterThanOrEqual(before - 1);
      expect(time).toBeLessThanOrEqual(Date.now() + 1);
    }
  });

  test('is resolved when the engine is created', async () => {
    const dir = tempDir();
    const here = process.cwd();
    process.chdir(dir);
    const engine = makeEngine({ logDir: 'logs' });
    process.chdir(here);
    const { logFile } = await engine.run(sh('echo hi'));
    expect(texts(present(logFile), 'stdout')).toEqual(['hi']);
    expect(present(logFile)).toBe(join(dir, 'logs', readdirSync(join(dir, 'logs'))[0] ?? ''));
  });

  test('each of many concurrent executions has its own file', async () => {
    const logDir = tempDir();
    const engine = makeEngine({ logDir });
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => engine.run(sh(`seq ${index} ${index + 500}`))),
    );
    expect(readdirSync(logDir).sort()).toEqual(results.map(({ id }) => `${id}.log`).sort());
    results.forEach(({ logFile }, index) => {
      expect(texts(present(logFile), 'stdout').map(Number)).toEqual(
        Array.from({ length: 501 }, (_, offset) => index + offset),
      );
    });
  });

  test('a log is complete before the terminal event', async () => {
    const engine = makeEngine({ logDir: tempDir() });
    let lines = 0;
    engine.on('settled', ({ result }) => {
      lines = texts(present(result.logFile), 'stdout').length;
    });
    await engine.run(sh('seq 1 10000'));
    expect(lines).toBe(10_000);
  });

  test('output over the memory limit is in the log', async () => {
    const engine = makeEngine({ logDir: tempDir(), maxOutputSizeBytes: 10 });
    const { logFile, stdoutTruncated } = await engine.run(sh('seq 1 1000'));
    expect(stdoutTruncated).toBe(true);
    expect(texts(present(logFile), 'stdout')).toHaveLength(1000);
  });

  test('pieces of one line form one line of the log', async () => {
    const engine = makeEngine({ logDir: tempDir(), maxLineBytes: 8, partialLineFlushMs: 0 });
    const { logFile } = await engine.run(chunks(['0123456789', 'abc', 'def\n', 'next\r\n']));
    expect(texts(present(logFile), 'stdout')).toEqual(['0123456789abcdef', 'next']);
  });

  test('contains the output of a cancelled execution', async () => {
    const engine = makeEngine({ logDir: tempDir() });
    const { logFile } = await engine.run(sh(`echo before; ${LONG}`, { timeoutMs: 500 }));
    expect(texts(present(logFile), 'stdout')).toEqual(['before']);
  });

  test('begins with what was run, and ends with how it ended', async () => {
    const [logDir, workingDir] = [tempDir(), tempDir()];
    const engine = makeEngine({ logDir, redact: ['hunter22'] });
    const before = Date.now();
    const { logFile } = await engine.run(
      sh('echo "hi" hunter22\nexit 3', { workingDir: realpathSync(workingDir) }),
    );
    const lines = linesOfLog(present(logFile));
    expect(lines).toEqual([
      '# escher-execution-engine log',
      String.raw`# command: "echo \"hi\" ***\u000aexit 3"`,
      `# directory: ${JSON.stringify(realpathSync(workingDir))}`,
      expect.stringMatching(/^# started: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      expect.stringMatching(/ stdout hi \*\*\*$/),
      '# status: failed',
      '# exit code: 3',
      expect.stringMatching(/^# duration: \d+\.\d{3} ms$/),
    ]);
    expect(Date.parse(lines[3]?.slice('# started: '.length) ?? '')).toBeGreaterThanOrEqual(
      before - 1,
    );
  });

  test('names the directory of the host, and the signal that ended the command', async () => {
    const engine = makeEngine({ logDir: tempDir() });
    const { logFile } = await engine.run(sh('kill -KILL $$'));
    const facts = factsOfLog(present(logFile));
    expect(facts).toContain(`# directory: ${JSON.stringify(process.cwd())}`);
    expect(facts).toContain('# signal: SIGKILL');
    expect(facts.join()).not.toContain('exit code');
  });

  test('a log outlives its record', async () => {
    const engine = makeEngine({ logDir: tempDir() });
    const { id, logFile } = await engine.run(sh('echo hi'));
    await engine.removeExecution(id);
    await engine.shutdown();
    expect(existsSync(present(logFile))).toBe(true);
  });

  test('a directory that cannot be created does not end the command', async () => {
    const occupied = join(tempDir(), 'file');
    writeFileSync(occupied, '');
    const engine = makeEngine({ logDir: join(occupied, 'logs') });
    const result = await engine.run(sh('echo hi; exit 5'));
    expect(result).toMatchObject({
      status: 'failed',
      exitCode: 5,
      stdout: 'hi\n',
      error: { code: 'ERR_COMMAND_FAILED' },
      logError: expect.stringMatching(/ENOTDIR|[Nn]ot a directory/),
    });
  });
});

describe('the cleanup of logs', () => {
  /** Two logs of an engine that has ended, the first one a day old. */
  async function earlierLogs(logDir: string): Promise<[old: string, young: string]> {
    const engine = makeEngine({ logDir });
    const logs = await Promise.all([engine.run(sh('seq 1000')), engine.run(sh('echo hi'))]);
    await engine.shutdown();
    const [old, young] = logs.map(({ logFile }) => present(logFile)) as [string, string];
    const yesterday = Date.now() / 1000 - 86_400;
    utimesSync(old, yesterday, yesterday);
    return [old, young];
  }

  const FOREIGN = '0f0e0d0c-0000-4000-8000-000000000000.log';

  test('removes the logs that are too old, and nothing else', async () => {
    const logDir = tempDir();
    const [old, young] = await earlierLogs(logDir);
    for (const name of ['notes.txt', 'old.log', FOREIGN]) {
      writeFileSync(join(logDir, name), 'not ours\n');
      utimesSync(join(logDir, name), 0, 0);
    }
    const engine = makeEngine({ logDir, logRetentionSecs: 3600, enableAutoCleanup: false });
    expect(existsSync(old)).toBe(true);
    expect(await engine.cleanup()).toBe(0);
    expect(readdirSync(logDir).sort()).toEqual(
      [basename(young), 'notes.txt', 'old.log', FOREIGN].sort(),
    );
  });

  test('removes the oldest logs above the number of bytes', async () => {
    const logDir = tempDir();
    const [old, young] = await earlierLogs(logDir);
    const bytes = statSync(young).size;
    const engine = makeEngine({ logDir, logRetentionBytes: bytes, enableAutoCleanup: false });
    await engine.cleanup();
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });

  test('begins with the engine', async () => {
    const logDir = tempDir();
    const [old, young] = await earlierLogs(logDir);
    makeEngine({ logDir, logRetentionSecs: 3600 });
    await waitFor('the removal of the old log', () => !existsSync(old));
    expect(existsSync(young)).toBe(true);
  });

  test('keeps the log of a running command', async () => {
    const logDir = tempDir();
    const engine = makeEngine({ logDir, logRetentionBytes: 0, enableAutoCleanup: false });
    const run = engine.run(sh(`echo hi; ${LONG}`));
    await run[Symbol.asyncIterator]().next();
    const log = join(logDir, `${run.id}.log`);
    await engine.cleanup();
    expect(existsSync(log)).toBe(true);
    await run.cancel();
    expect((await run).logError).toBeNull();
    await engine.cleanup();
    expect(existsSync(log)).toBe(false);
  });
});

describe('outputLogPath', () => {
  test('replaces the log directory', async () => {
    const logDir = tempDir();
    const outputLogPath = join(tempDir(), 'deep', 'my.log');
    const engine = makeEngine({ logDir });
    const { logFile } = await engine.run(sh('echo hi', { outputLogPath }));
    expect(logFile).toBe(outputLogPath);
    expect(texts(outputLogPath, 'stdout')).toEqual(['hi']);
    expect(readdirSync(logDir)).toEqual([]);
  });

  test('works without a directory, and as a URL', async () => {
    const outputLogPath = join(tempDir(), 'my log.txt');
    const engine = makeEngine();
    const { logFile } = await engine.run(
      sh('echo hi', { outputLogPath: pathToFileURL(outputLogPath) }),
    );
    expect(logFile).toBe(outputLogPath);
    expect(texts(outputLogPath, 'stdout')).toEqual(['hi']);
  });

  test('that cannot be written does not end the command', async () => {
    const engine = makeEngine();
    for (const outputLogPath of ['/dev/full', tempDir(), '/proc/nonexistent/log']) {
      const result = await engine.run(sh('echo hi', { outputLogPath }));
      expect(result).toMatchObject({
        status: 'completed',
        stdout: 'hi\n',
        error: null,
        logError: expect.any(String),
      });
    }
  });
});
