import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { payloads, record } from '../../support/events';
import { present, sha256 } from '../../support/expectations';
import { descriptors, processExists, processGroupMembers } from '../../support/processes';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

const KiB = 1024;
const groups: number[] = [];

/** What a test leaves alive on purpose ends with it. */
function endLater(pid: number | null): number {
  groups.push(present(pid));
  return present(pid);
}

afterEach(() => {
  for (const group of groups.splice(0)) {
    if (processGroupMembers(group).length > 0) process.kill(-group, 'SIGKILL');
  }
});

describe('a grandchild that holds the pipe', () => {
  test('does not hold up the end', async () => {
    const engine = makeEngine({ drainGraceMs: 100 });
    const result = await engine.run(sh('sleep 60 & echo $!; echo hi'));
    const group = endLater(result.pid);
    expect(result).toMatchObject({
      status: 'completed',
      success: true,
      exitCode: 0,
      outputIncomplete: true,
      error: null,
    });
    const [grandchild = '', text] = result.stdout.split('\n');
    expect(text).toBe('hi');
    // The end did not wait for it, and a normal end leaves it alone.
    expect(processExists(Number(grandchild))).toBe(true);
    expect(processGroupMembers(group)).toEqual([Number(grandchild)]);
  });

  test('delays the end by drainGraceMs, no more than asked', async () => {
    const engine = makeEngine({ drainGraceMs: 1000 });
    const result = await engine.run(sh('sleep 60 & echo hi'));
    endLater(result.pid);
    expect(result.durationMs).toBeGreaterThanOrEqual(1000);
    const short = makeEngine({ drainGraceMs: 0 });
    const quick = await short.run(sh('sleep 60 & echo hi'));
    endLater(quick.pid);
    expect(quick).toMatchObject({ stdout: 'hi\n', outputIncomplete: true });
    expect(quick.durationMs).toBeLessThan(result.durationMs);
  });

  test.each([64 * KiB - 1, 64 * KiB, 64 * KiB + 1, KiB * KiB])(
    'loses none of the %d bytes that the child wrote last',
    async (size) => {
      const engine = makeEngine({ drainGraceMs: 50 });
      const data = randomBytes(size);
      const path = join(tempDir(), 'data');
      writeFileSync(path, data);
      const ids = await Promise.all(
        Array.from({ length: 10 }, () => engine.execute(sh(`sleep 60 & cat '${path}'`))),
      );
      for (const id of ids) {
        const { pid } = await engine.waitForCompletion(id);
        endLater(pid);
        const result = present(await engine.getResult(id, { encoding: 'buffer' }));
        expect(result).toMatchObject({
          stdoutBytes: size,
          outputIncomplete: true,
          status: 'completed',
        });
        expect(sha256(result.stdout)).toBe(sha256(data));
      }
    },
  );

  test('is read for the whole of drainGraceMs', async () => {
    const engine = makeEngine({ drainGraceMs: 20_000 });
    const result = await engine.run(sh('(sleep 0.3; echo late) & echo early'));
    // It closed the pipe by ending, so nothing is missing and the end does not wait for drainGraceMs.
    expect(result).toMatchObject({ stdout: 'early\nlate\n', outputIncomplete: false });
    expect(result.durationMs).toBeLessThan(20_000);
  });

  test('that never stops writing does not hold up the end either', async () => {
    const engine = makeEngine({ drainGraceMs: 100 });
    const result = await engine.run(sh('yes & echo hi'));
    endLater(result.pid);
    expect(result).toMatchObject({ status: 'completed', outputIncomplete: true });
  });

  test('on stderr only', async () => {
    const engine = makeEngine({ drainGraceMs: 100 });
    const result = await engine.run(sh('sleep 60 >/dev/null & echo hi'));
    endLater(result.pid);
    expect(result).toMatchObject({ stdout: 'hi\n', outputIncomplete: true });
  });

  test('with a partial line reaches the listeners before the terminal event', async () => {
    const engine = makeEngine({ drainGraceMs: 100 });
    const execution = engine.run(sh('sleep 60 & printf "a\\nhalf"'));
    const events = record(execution);
    const result = await execution;
    endLater(result.pid);
    expect(result.stdout).toBe('a\nhalf');
    expect(
      payloads(events, 'stdout')
        .map(({ line }) => line)
        .join('|'),
    ).toMatch(/^a\|half(\|)?$/);
    expect(events.at(-1)?.event).toBe('settled');
  });
});

describe('a descendant without the pipe', () => {
  test('delays nothing and keeps running', async () => {
    const engine = makeEngine({ drainGraceMs: 20_000 });
    const result = await engine.run(sh('sleep 60 >/dev/null 2>&1 & echo hi'));
    const group = endLater(result.pid);
    expect(result).toMatchObject({ stdout: 'hi\n', outputIncomplete: false });
    expect(result.durationMs).toBeLessThan(20_000);
    expect(processGroupMembers(group)).toHaveLength(1);
  });

  test('ends with a cancelled execution all the same', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('sleep 60 >/dev/null 2>&1 & echo ready; sleep 60'));
    await new Promise((resolve) => execution.once('stdout', resolve));
    await execution.cancel();
    const { pid } = await execution;
    expect(processGroupMembers(present(pid))).toEqual([]);
  });
});

describe('a child that outlives its output', () => {
  test('is awaited', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo hi; exec >&- 2>&-; read _; exit 5', { stdin: 'pipe' }));
    await new Promise((resolve) => execution.once('stdout', resolve));
    const pid = present(execution.pid);
    await waitFor('the child to close its output', () => !('1' in descriptors(pid)));
    expect(await engine.getStatus(execution.id)).toBe('running');
    execution.stdin.end();
    expect(await execution).toMatchObject({
      status: 'failed',
      exitCode: 5,
      stdout: 'hi\n',
      outputIncomplete: false,
    });
  });

  test('can be cancelled', async () => {
    const engine = makeEngine();
    const result = await engine.run(sh('echo hi; exec >&- 2>&-; sleep 60', { timeoutMs: 700 }));
    expect(result).toMatchObject({ status: 'timeout', stdout: 'hi\n' });
  });
});
