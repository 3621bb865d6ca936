import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { present } from '../../support/expectations';
import { reportOf } from '../../support/hosts';
import { bytesWritten, processExists, processGroupMembers } from '../../support/processes';
import { standstill } from '../../support/standstill';
import { blockUntil, waitFor } from '../../support/wait';

const MiB = 1_048_576;
const PENDING = MiB;
/** What may be under way besides: the pipe, what is just being read, and a batch that is just being made. */
const SLACK = 4 * MiB;

const started = (execution: { once(name: 'started', listener: () => void): unknown }) =>
  new Promise<void>((resolve) => execution.once('started', resolve));

describe('while JavaScript is blocked', () => {
  test('the child waits, and nothing is lost', async () => {
    const engine = makeEngine({ maxPendingEventBytes: PENDING });
    const execution = engine.run(exec('seq', ['1', '4000000']));
    let [next, wrong, written] = [1, 0, 0];
    execution.on('output', ({ lines }) => {
      if (written === 0) {
        const pid = present(execution.pid);
        // Throws if the child can end although its 30 MB are not read.
        blockUntil('the child to wait', standstill(pid));
        written = bytesWritten(pid);
      }
      for (const line of lines) if (line !== String(next++)) wrong++;
    });
    const result = await execution;
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(PENDING + SLACK);
    expect({ next, wrong, status: result.status }).toEqual({
      next: 4_000_001,
      wrong: 0,
      status: 'completed',
    });
  });

  test('a child without line listeners does not wait', async () => {
    const engine = makeEngine({ maxPendingEventBytes: PENDING });
    const execution = engine.run(exec('seq', ['1', '4000000']));
    await started(execution);
    const pid = present(execution.pid);
    blockUntil('the child to end', () => !processExists(pid));
    expect(await execution).toMatchObject({ status: 'completed', stdoutBytes: 30_888_896 });
  });

  test('timeouts fire, and end the child that waits', async () => {
    const engine = makeEngine({ maxPendingEventBytes: PENDING });
    const execution = engine.run(exec('yes', [], { timeoutMs: 1500 }));
    let blocked = false;
    execution.on('output', () => {
      if (blocked) return;
      blocked = true;
      const pid = present(execution.pid);
      blockUntil('the child to end', () => !processExists(pid));
    });
    expect(await execution).toMatchObject({ status: 'timeout', signal: 'SIGTERM' });
    expect(blocked).toBe(true);
  });

  test('an output limit ends the child', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh('read _; exec yes', {
        stdin: 'pipe',
        maxOutputSizeBytes: 100_000,
        oversizedOutputStrategy: 'failExecution',
      }),
    );
    await started(execution);
    await engine.closeInput(execution.id);
    const pid = present(execution.pid);
    blockUntil('the child to end', () => !processExists(pid));
    await expect(execution.result).rejects.toMatchObject({ code: 'ERR_OUTPUT_SIZE_EXCEEDED' });
  });

  test('a cancellation ends the child that waits', async () => {
    const engine = makeEngine({ maxPendingEventBytes: PENDING });
    const execution = engine.run(exec('yes'));
    let cancelled: Promise<boolean> | undefined;
    execution.on('output', () => {
      if (cancelled) return;
      const pid = present(execution.pid);
      blockUntil('the child to wait', standstill(pid));
      cancelled = execution.cancel();
      blockUntil('the child to end', () => !processExists(pid));
    });
    expect(await execution).toMatchObject({ status: 'cancelled' });
    expect(await cancelled).toBe(true);
  });
});

describe('an iterator that is not read', () => {
  test('blocks the child, and receives everything when it is read again', async () => {
    const engine = makeEngine({ maxPendingEventBytes: PENDING });
    // What is written until the iterator has joined is not held back.
    const execution = engine.run(sh('echo 1; read _; exec seq 2 500000', { stdin: 'pipe' }));
    const iterator = execution[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ line: '1', seq: 0 });
    execution.stdin.end();
    const pid = present(execution.pid);
    await waitFor('the flood', () => bytesWritten(pid) > PENDING / 2);
    await waitFor('the child to wait', standstill(pid));
    expect(bytesWritten(pid)).toBeLessThan(PENDING + MiB);
    let [next, wrong] = [2, 0];
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      if (step.value.line !== String(next++)) wrong++;
    }
    expect({ next, wrong }).toEqual({ next: 500_001, wrong: 0 });
    expect(await execution).toMatchObject({ status: 'completed' });
  });

  test('does not prevent a cancel', async () => {
    const engine = makeEngine({ maxPendingEventBytes: PENDING });
    const execution = engine.run(sh(`${LONG} & exec yes`));
    const iterator = execution[Symbol.asyncIterator]();
    await iterator.next();
    const pid = present(execution.pid);
    await waitFor('the child to wait', standstill(pid));
    expect(await execution.cancel()).toBe(true);
    expect(await execution).toMatchObject({ status: 'cancelled' });
    expect(processGroupMembers(pid)).toEqual([]);
  });

  test('lets the child continue after a break', async () => {
    const engine = makeEngine({ maxPendingEventBytes: PENDING });
    const execution = engine.run(exec('seq', ['1', '4000000']));
    const iterator = execution[Symbol.asyncIterator]();
    await iterator.next();
    await waitFor('the child to wait', standstill(present(execution.pid)));
    await iterator.return?.();
    expect(await execution).toMatchObject({ status: 'completed', stdoutBytes: 30_888_896 });
  });
});

test('the smallest bound loses nothing', async () => {
  const engine = makeEngine({ maxPendingEventBytes: 1 });
  const execution = engine.run(exec('seq', ['1', '20000']));
  let next = 1;
  execution.on('stdout', ({ line }) => {
    if (line === String(next)) next++;
  });
  await execution;
  expect(next).toBe(20_001);
});

test.each(['blocked', 'unread'])('the memory of the host is bounded: %s', async (mode) => {
  const { grown, written } = await reportOf<{ grown: number; written: number }>(
    'slow-consumer.cjs',
    {
      args: [mode],
    },
  );
  // 8 MiB are allowed to wait and 1 MiB is kept; without a bound it would be the hundreds of megabytes that `yes`
  // writes in the time.
  expect(written).toBeLessThan(8 * MiB + SLACK);
  expect(grown).toBeLessThan(64 * MiB);
});
