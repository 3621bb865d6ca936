import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExecutionResult } from 'escher-execution-engine';
import { chunks, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { joined, payloads, record } from '../../support/events';
import { executionError, present, sha256 } from '../../support/expectations';
import { reportOf } from '../../support/hosts';
import { processGroupMembers } from '../../support/processes';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

const LIMIT = 1000;
const mode = (path: string): number => statSync(path).mode & 0o777;

/** Writes `count` bytes of `x` to standard output. */
const bytes = (count: number, rest = ''): string =>
  `head -c ${count} /dev/zero | tr '\\0' x${rest}`;

describe('truncateWithWarning', () => {
  const config = { maxOutputSizeBytes: LIMIT } as const;

  test.each([LIMIT - 1, LIMIT])('%d bytes of 1000 are kept unchanged', async (count) => {
    const engine = makeEngine(config);
    expect(await engine.run(sh(bytes(count)))).toMatchObject({
      status: 'completed',
      stdout: 'x'.repeat(count),
      stdoutBytes: count,
      stdoutTruncated: false,
    });
  });

  test.each([LIMIT + 1, 5 * LIMIT])(
    '%d bytes of 1000 are cut, with a warning line',
    async (count) => {
      const engine = makeEngine(config);
      const result = await engine.run(sh(bytes(count)));
      expect(result).toMatchObject({
        status: 'completed',
        success: true,
        stdoutBytes: count,
        stdoutTruncated: true,
      });
      expect(result.stdout.slice(0, LIMIT + 1)).toBe(`${'x'.repeat(LIMIT)}\n`);
      const warning = result.stdout.slice(LIMIT + 1);
      expect(warning).toMatch(/^[^\n]+\n?$/);
      expect(warning).toContain('1000');
    },
  );

  test('a cut after a line feed adds no empty line', async () => {
    const engine = makeEngine({ maxOutputSizeBytes: 4 });
    const { stdout } = await engine.run(sh("printf 'abc\\ndef\\n'"));
    expect(stdout).toMatch(/^abc\n[^\n]+\n?$/);
  });

  test.each([1, 2, 3, 4])('with a limit of %d bytes the cut is on a code point', async (limit) => {
    const engine = makeEngine({ maxOutputSizeBytes: limit });
    const { stdout } = await engine.run(sh("printf 'a€b€c'"));
    expect(stdout.split('\n')[0]).toBe({ 1: 'a', 2: 'a', 3: 'a', 4: 'a€' }[limit]);
    expect(stdout).not.toContain('\ufffd');
  });

  test('with a limit of 0 bytes nothing is kept', async () => {
    const engine = makeEngine({ maxOutputSizeBytes: 0 });
    const silent = await engine.run(sh('true'));
    expect(silent).toMatchObject({ stdout: '', stdoutTruncated: false });
    const loud = await engine.run(sh('echo hello'));
    expect(loud).toMatchObject({ stdoutBytes: 6, stdoutTruncated: true });
    expect(loud.stdout).not.toContain('hello');
  });

  test('the kept bytes do not depend on how they arrive', async () => {
    const engine = makeEngine({ maxOutputSizeBytes: 4 });
    const texts = await Promise.all(
      [
        ['a€b€c'],
        ['a', '€', 'b', '€c'],
        [...Buffer.from('a€b€c')].map((byte) => Uint8Array.of(byte)),
      ].map(async (pieces) => (await engine.run(chunks(pieces))).stdout),
    );
    expect(new Set(texts).size).toBe(1);
  });

  test('each stream has its own limit', async () => {
    const engine = makeEngine(config);
    const result = await engine.run(sh(`${bytes(LIMIT)}; ${bytes(LIMIT + 1, ' >&2')}`));
    expect(result).toMatchObject({ stdoutTruncated: false, stderrTruncated: true });
    expect(result.stdout).toBe('x'.repeat(LIMIT));
    expect(result.stderr.split('\n')[0]).toBe('x'.repeat(LIMIT));
  });

  test('the child is drained to its end, and every line is delivered', async () => {
    const engine = makeEngine(config);
    const execution = engine.run(sh('seq 1 200000; echo last >&2'));
    const events = record(execution, ['stdout', 'stderr']);
    const result = await execution;
    expect(result).toMatchObject({ exitCode: 0, signal: null, stdoutBytes: 1_288_895 });
    const lines = payloads(events, 'stdout').map(({ line }) => Number(line));
    expect(lines).toHaveLength(200_000);
    expect(lines.every((line, index) => line === index + 1)).toBe(true);
    expect(joined(events, 'stderr')).toBe('last\n');
  });

  test('a request may name a limit of its own', async () => {
    const engine = makeEngine(config);
    const more = await engine.run(sh(bytes(2000), { maxOutputSizeBytes: 2000 }));
    expect(more).toMatchObject({ stdoutTruncated: false, stdoutBytes: 2000 });
    const less = await engine.run(sh(bytes(11), { maxOutputSizeBytes: 10 }));
    expect(less).toMatchObject({ stdoutTruncated: true, stdoutBytes: 11 });
  });

  test('holds for merged streams together', async () => {
    const engine = makeEngine(config);
    const result = await engine.run(
      sh(`${bytes(600)}; ${bytes(600, ' >&2')}`, { mergeStderr: true }),
    );
    expect(result).toMatchObject({ stdoutTruncated: true, stdoutBytes: 1200, stderrBytes: 0 });
  });
});

describe('failExecution', () => {
  const config = { maxOutputSizeBytes: LIMIT, oversizedOutputStrategy: 'failExecution' } as const;

  test.each([LIMIT - 1, LIMIT])('%d bytes of 1000 are fine', async (count) => {
    const engine = makeEngine(config);
    expect(await engine.run(sh(bytes(count)))).toMatchObject({
      status: 'completed',
      stdout: 'x'.repeat(count),
      stdoutTruncated: false,
    });
  });

  test('one byte more ends the whole tree', async () => {
    const engine = makeEngine(config);
    // What goes on after the output would run for long.
    const id = await engine.execute(sh(`${bytes(LIMIT + 1)}; ${LONG} & ${LONG}`));
    const error = await executionError(engine.waitForCompletion(id));
    expect(error).toMatchObject({
      code: 'ERR_OUTPUT_SIZE_EXCEEDED',
      message: expect.stringMatching(/^Output size exceeded maximum of 1000 bytes: /),
    });
    const result = present(error.result);
    expect(result).toMatchObject({
      id,
      status: 'failed',
      success: false,
      stdoutTruncated: true,
      error: { code: 'ERR_OUTPUT_SIZE_EXCEEDED' },
    });
    expect(processGroupMembers(present(result.pid))).toEqual([]);
    expect(await engine.getStatus(id)).toBe('failed');
    expect(await engine.getResult(id)).toMatchObject({ status: 'failed' });
  });

  test('works the same for stderr', async () => {
    const engine = makeEngine(config);
    const error = await executionError(engine.run(sh(`${bytes(LIMIT + 1, ' >&2')}; ${LONG}`)));
    expect(error).toMatchObject({
      code: 'ERR_OUTPUT_SIZE_EXCEEDED',
      result: { stderrTruncated: true },
    });
  });

  test('keeps the first bytes', async () => {
    const engine = makeEngine(config);
    const error = await executionError(engine.run(sh(`echo first; yes`)));
    const result = present(error.result) as ExecutionResult;
    expect(result.stdout).toMatch(/^first\ny\ny\n/);
  });

  test('emits failed and settled', async () => {
    const engine = makeEngine(config);
    const execution = engine.run(sh('yes'));
    const events = record(execution, ['completed', 'failed', 'timeout', 'cancelled', 'settled']);
    await executionError(execution);
    expect(events.map(({ event }) => event)).toEqual(['failed', 'settled']);
  });

  test('holds for a child that ends right after one byte too many', async () => {
    const engine = makeEngine(config);
    const error = await executionError(engine.run(sh(bytes(LIMIT + 1))));
    expect(error).toMatchObject({ code: 'ERR_OUTPUT_SIZE_EXCEEDED' });
  });
});

describe('streamToFile', () => {
  const config = { maxOutputSizeBytes: LIMIT, oversizedOutputStrategy: 'streamToFile' } as const;

  test.each([LIMIT - 1, LIMIT])('%d bytes of 1000 need no file', async (count) => {
    const overflowDir = join(tempDir(), 'overflow');
    const engine = makeEngine({ ...config, overflowDir });
    expect(await engine.run(sh(bytes(count)))).toMatchObject({
      stdout: 'x'.repeat(count),
      stdoutTruncated: false,
      stdoutOverflowFile: null,
    });
    expect(existsSync(overflowDir) ? readdirSync(overflowDir) : []).toEqual([]);
  });

  test('one byte more: the first bytes in memory, all of them in the file', async () => {
    const engine = makeEngine(config);
    const result = await engine.run(sh(bytes(LIMIT + 1)));
    expect(result).toMatchObject({
      status: 'completed',
      success: true,
      stdout: 'x'.repeat(LIMIT),
      stdoutBytes: LIMIT + 1,
      stdoutTruncated: true,
      stderrOverflowFile: null,
      overflowError: null,
    });
    expect(readFileSync(present(result.stdoutOverflowFile), 'utf8')).toBe('x'.repeat(LIMIT + 1));
  });

  test('the file holds the exact bytes of a large output', async () => {
    const engine = makeEngine(config);
    const result = await engine.run(sh('seq 1 500000'));
    const expected = `${Array.from({ length: 500_000 }, (_, index) => index + 1).join('\n')}\n`;
    const file = readFileSync(present(result.stdoutOverflowFile));
    expect(file.length).toBe(result.stdoutBytes);
    expect(sha256(file)).toBe(sha256(expected));
    expect(result.stdout).toBe(expected.slice(0, LIMIT));
  });

  test('each stream has a file of its own', async () => {
    const engine = makeEngine(config);
    const result = await engine.run(sh('seq 1 1000; seq 2000 3000 >&2'));
    const [out, err] = [present(result.stdoutOverflowFile), present(result.stderrOverflowFile)];
    expect(out).not.toBe(err);
    expect(readFileSync(out, 'utf8')).toMatch(/^1\n2\n(\d+\n)*1000\n$/);
    expect(readFileSync(err, 'utf8')).toMatch(/^2000\n(\d+\n)*3000\n$/);
  });

  test('the files are private to the user, in a private directory', async () => {
    const umask = process.umask(0);
    try {
      const overflowDir = join(tempDir(), 'overflow');
      for (const dir of [undefined, overflowDir]) {
        const engine = makeEngine({ ...config, overflowDir: dir });
        const file = present((await engine.run(sh(bytes(2000)))).stdoutOverflowFile);
        expect(mode(file)).toBe(0o600);
        expect(mode(dirname(file))).toBe(0o700);
        if (dir) expect(dirname(file)).toBe(dir);
      }
    } finally {
      process.umask(umask);
    }
  });

  test('a file is removed with its record', async () => {
    const engine = makeEngine({ ...config, executionRetentionSecs: 0, enableAutoCleanup: false });
    const [removed, cleaned] = await Promise.all([
      engine.run(sh(bytes(2000))),
      engine.run(sh(bytes(2000))),
    ]);
    const [first, second] = [
      present(removed.stdoutOverflowFile),
      present(cleaned.stdoutOverflowFile),
    ];
    expect([existsSync(first), existsSync(second)]).toEqual([true, true]);

    await engine.removeExecution(removed.id);
    await waitFor('the file to go with its record', () => !existsSync(first));
    expect(existsSync(second)).toBe(true);

    expect(await engine.cleanup()).toBe(1);
    await waitFor('the file to go with the pass', () => !existsSync(second));
  });

  test('all files and the private directory are removed with the engine', async () => {
    const engine = makeEngine(config);
    const file = present((await engine.run(sh(bytes(2000)))).stdoutOverflowFile);
    await engine.shutdown();
    expect(existsSync(file)).toBe(false);
    expect(existsSync(dirname(file))).toBe(false);
  });

  test('files stay with keepOverflowFiles', async () => {
    const overflowDir = join(tempDir(), 'overflow');
    const engine = makeEngine({ ...config, overflowDir, keepOverflowFiles: true });
    const [first, second] = await Promise.all([
      engine.run(sh(bytes(2000))),
      engine.run(sh(bytes(2000))),
    ]);
    await engine.removeExecution(first.id);
    await engine.shutdown();
    for (const { stdoutOverflowFile } of [first, second]) {
      expect(readFileSync(present(stdoutOverflowFile), 'utf8')).toBe('x'.repeat(2000));
    }
  });

  test('a directory that cannot be created does not end the command', async () => {
    const occupied = join(tempDir(), 'file');
    writeFileSync(occupied, '');
    const engine = makeEngine({ ...config, overflowDir: join(occupied, 'overflow') });
    const result = await engine.run(sh('seq 1 100000; exit 7'));
    expect(result).toMatchObject({
      status: 'failed',
      exitCode: 7,
      error: { code: 'ERR_COMMAND_FAILED' },
      stdoutBytes: 588_895,
      stdoutTruncated: true,
    });
    expect(present(result.overflowError)).toMatch(/ENOTDIR|[Nn]ot a directory/);
    expect(result.stdout).toMatch(/^1\n2\n3\n/);
  });

  test('a file that vanishes does not end the command', async () => {
    const overflowDir = join(tempDir(), 'overflow');
    const engine = makeEngine({ ...config, overflowDir });
    const execution = engine.run(sh(`${bytes(2000)}; read _; ${bytes(2000)}`, { stdin: 'pipe' }));
    const file = await waitFor('the file', () =>
      existsSync(overflowDir)
        ? readdirSync(overflowDir).find((name) => name.endsWith('.stdout'))
        : undefined,
    );
    rmSync(join(overflowDir, present(file)));
    execution.stdin.end();
    expect(await execution).toMatchObject({ status: 'completed', stdoutBytes: 4000 });
  });

  // The host's own limit on the size of a file stands for a disk that is full.
  test('a full disk does not end the command', async () => {
    const report = await reportOf<ExecutionResult>('file-limit.cjs', {
      under: ['sh', '-c', 'ulimit -f 64; "$@"; exit $?', 'sh'],
      args: [tempDir()],
    });
    expect(report).toMatchObject({
      status: 'completed',
      exitCode: 0,
      stdoutBytes: 588_895,
      stdoutTruncated: true,
    });
    expect(report.overflowError).toMatch(/EFBIG|ENOSPC/);
    expect(report.logError).toMatch(/EFBIG|ENOSPC/);
    expect(report.error).toBeNull();
  });
});
