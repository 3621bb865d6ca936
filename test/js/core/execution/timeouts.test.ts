import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { payloads, record } from '../../support/events';
import { present } from '../../support/expectations';
import {
  groupToDie,
  processExists,
  processGroupMembers,
  processStat,
} from '../../support/processes';
import { childScript } from '../../support/repository';
import { blockUntil, waitFor } from '../../support/wait';

/** A tree of three shells, none of which ends on SIGTERM or SIGINT; prints `ready` when all are there. */
const stubborn = exec('/bin/sh', [childScript('stubborn.sh'), '3']);

const nextLine = (execution: {
  once(name: 'stdout', listener: (event: { line: string }) => void): unknown;
}): Promise<string> =>
  new Promise((resolve) => execution.once('stdout', ({ line }) => resolve(line)));

describe('timeoutMs', () => {
  test('ends the execution and keeps its output', async () => {
    const engine = makeEngine();
    const result = await engine.run(sh(`echo before; ${LONG}; echo after`, { timeoutMs: 700 }));
    expect(result).toMatchObject({
      status: 'timeout',
      success: false,
      exitCode: null,
      signal: 'SIGTERM',
      stdout: 'before\n',
      error: { code: 'ERR_TIMEOUT', message: 'Execution timeout after 700ms' },
    });
    expect(result.durationMs).toBeGreaterThanOrEqual(700);
  });

  test('ends the whole tree', async () => {
    const engine = makeEngine();
    const result = await engine.run(
      sh(`(${LONG} & ${LONG}) & ${LONG} & echo ready; wait`, { timeoutMs: 1500 }),
    );
    expect(result).toMatchObject({ status: 'timeout', stdout: 'ready\n', outputIncomplete: false });
    expect(processGroupMembers(present(result.pid))).toEqual([]);
  });

  test('ends a tree that ignores SIGTERM', async () => {
    const engine = makeEngine();
    const result = await engine.run({ ...stubborn, timeoutMs: 1500, forceKillAfterDelayMs: 200 });
    expect(result).toMatchObject({
      status: 'timeout',
      stdout: 'ready\n',
      exitCode: null,
      signal: 'SIGKILL',
    });
    await groupToDie(present(result.pid));
    expect(result.durationMs).toBeGreaterThanOrEqual(1700);
  });

  test('ends descendants that ignore SIGTERM after it ended their parent', async () => {
    const engine = makeEngine();
    const inner = `sh ${childScript('stubborn.sh')} 2`;
    // The leader ends on SIGTERM at once; the tree is not over then.
    const result = await engine.run(
      sh(`${inner} & wait`, { timeoutMs: 1500, forceKillAfterDelayMs: 200 }),
    );
    expect(result).toMatchObject({ status: 'timeout', stdout: 'ready\n' });
    await groupToDie(present(result.pid));
  });

  test('ends a child that is stopped', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh('echo ready; kill -STOP $$; echo never', { timeoutMs: 1500, forceKillAfterDelayMs: 200 }),
    );
    await nextLine(execution);
    const pid = present(execution.pid);
    await waitFor('the child to stop', () => processStat(pid)?.state === 'T');
    // A stopped process has not ended.
    expect(await engine.getStatus(execution.id)).toBe('running');
    expect(await execution).toMatchObject({ status: 'timeout', stdout: 'ready\n', exitCode: null });
    expect(processStat(pid)).toBeUndefined();
  });

  test('lets a child handle the signal', async () => {
    const engine = makeEngine();
    const result = await engine.run(
      sh('trap "echo bye; exit 4" TERM; echo ready; while :; do sleep 0.05; done', {
        timeoutMs: 1500,
      }),
    );
    expect(result).toMatchObject({
      status: 'timeout',
      exitCode: 4,
      signal: null,
      stdout: 'ready\nbye\n',
      error: { code: 'ERR_TIMEOUT' },
    });
  });

  test('never sends SIGKILL with forceKillAfterDelayMs: false', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh("trap 'echo asked' TERM; echo ready; while :; do sleep 0.05; done", {
        timeoutMs: 1000,
        forceKillAfterDelayMs: false,
      }),
    );
    const events = record(execution, ['stdout']);
    await waitFor('the signal', () =>
      payloads(events, 'stdout').some(({ line }) => line === 'asked'),
    );
    expect(processExists(present(execution.pid))).toBe(true);
    expect(await engine.getStatus(execution.id)).toBe('running');
    expect(await engine.kill(execution.id, 'SIGKILL')).toBe(true);
    expect(await execution).toMatchObject({ status: 'timeout', signal: 'SIGKILL' });
  });

  test('sends the signal that the request names', async () => {
    const engine = makeEngine();
    const result = await engine.run(
      sh('trap "echo usr1; exit 3" USR1; echo ready; while :; do sleep 0.05; done', {
        timeoutMs: 1500,
        killSignal: 'SIGUSR1',
      }),
    );
    expect(result).toMatchObject({ status: 'timeout', exitCode: 3, stdout: 'ready\nusr1\n' });
  });

  test('counts from the start of the process, not from the queue', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const first = engine.run(sh('sleep 1.5'));
    const second = engine.run(sh('echo ran', { timeoutMs: 1000 }));
    expect(await second).toMatchObject({ status: 'completed', stdout: 'ran\n' });
    expect((await second).queuedMs).toBeGreaterThan(1000);
    await first;
  });

  test('has no effect after the end', async () => {
    const engine = makeEngine();
    const result = await engine.run(exec('/bin/true', [], { timeoutMs: 5000 }));
    expect(result).toMatchObject({ status: 'completed', error: null });
  });

  test('fires while JavaScript is blocked', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(`echo ready; ${LONG}`, { timeoutMs: 1000 }));
    await nextLine(execution);
    const pid = present(execution.pid);
    blockUntil('the group to end behind our back', () => processGroupMembers(pid).length === 0);
    expect(await execution).toMatchObject({ status: 'timeout' });
  });
});

describe('idleTimeoutMs', () => {
  test('ends an execution that falls silent', async () => {
    const engine = makeEngine();
    const result = await engine.run(sh(`echo one; echo two >&2; ${LONG}`, { idleTimeoutMs: 700 }));
    expect(result).toMatchObject({
      status: 'timeout',
      stdout: 'one\n',
      stderr: 'two\n',
      error: {
        code: 'ERR_TIMEOUT',
        message: expect.stringMatching(/^Execution timeout after 700ms/),
      },
    });
    expect(processGroupMembers(present(result.pid))).toEqual([]);
  });

  test('ends an execution that never writes', async () => {
    const engine = makeEngine();
    expect(await engine.run(exec('sleep', ['60'], { idleTimeoutMs: 200 }))).toMatchObject({
      status: 'timeout',
    });
  });

  test('restarts with any output, on either stream, partial lines included', async () => {
    const engine = makeEngine();
    // Runs for more than twice as long as it may be silent.
    const talk =
      'for i in 1 2 3 4 5; do sleep 0.3; echo out; sleep 0.3; echo err >&2; sleep 0.3; printf x; done';
    const result = await engine.run(sh(talk, { idleTimeoutMs: 2000 }));
    expect(result).toMatchObject({ status: 'completed' });
    expect(result.durationMs).toBeGreaterThan(4000);
  });

  test('leaves the total timeout in force', async () => {
    const engine = makeEngine();
    const result = await engine.run(
      sh('while :; do echo on; sleep 0.05; done', { idleTimeoutMs: 5000, timeoutMs: 600 }),
    );
    expect(result).toMatchObject({
      status: 'timeout',
      error: { message: 'Execution timeout after 600ms' },
    });
  });
});
