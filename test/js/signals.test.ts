import { LONG, sh } from './support/commands';
import { makeEngine } from './support/engine';
import { nextLine, payloads, record } from './support/events';
import { executionError, present, rejection } from './support/expectations';
import { processExists, processGroupMembers, processStat } from './support/processes';
import { waitFor } from './support/wait';

describe('kill', () => {
  test('sends one signal, and nothing else changes', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh("trap 'echo got it' USR1; echo ready; while ! read word; do :; done; echo $word", {
        stdin: 'pipe',
      }),
    );
    const events = record(execution, ['stdout']);
    await waitFor('the child', () => events.length === 1);
    expect(await engine.kill(execution.id, 'SIGUSR1')).toBe(true);
    await waitFor('the signal', () =>
      payloads(events, 'stdout').some(({ line }) => line === 'got it'),
    );
    expect(await engine.getStatus(execution.id)).toBe('running');
    execution.stdin.end('bye\n');
    expect(await execution).toMatchObject({ status: 'completed', stdout: 'ready\ngot it\nbye\n' });
  });

  test('reaches the whole tree', async () => {
    const engine = makeEngine();
    const inner = `sh -c 'trap "echo inner; exit" USR1; echo ready; while :; do sleep 0.05; done'`;
    const execution = engine.run(sh(`trap 'echo outer' USR1; ${inner} & wait; wait`));
    await nextLine(execution);
    expect(await execution.kill('SIGUSR1')).toBe(true);
    const { stdout, status } = await execution;
    expect(stdout.split('\n').sort()).toEqual(['', 'inner', 'outer', 'ready']);
    expect(status).toBe('completed');
  });

  test('by SIGKILL is a failure, not a cancellation', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(`${LONG} & echo ready; wait`));
    await nextLine(execution);
    const pid = present(execution.pid);
    expect(await engine.kill(execution.id, 'SIGKILL')).toBe(true);
    expect(await execution).toMatchObject({
      status: 'failed',
      exitCode: null,
      signal: 'SIGKILL',
      error: { code: 'ERR_COMMAND_FAILED' },
    });
    await waitFor('the tree to be gone', () => processGroupMembers(pid).length === 0);
  });

  test('stops and continues', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo ready; read _; echo on', { stdin: 'pipe' }));
    await nextLine(execution);
    const pid = present(execution.pid);
    await execution.kill('SIGSTOP');
    await waitFor('the child to stop', () => processStat(pid)?.state === 'T');
    expect(await engine.getStatus(execution.id)).toBe('running');
    await execution.kill('SIGCONT');
    await waitFor('the child to go on', () => processStat(pid)?.state !== 'T');
    execution.stdin.end();
    expect(await execution).toMatchObject({ status: 'completed', stdout: 'ready\non\n' });
  });

  test('takes numbers, and 0 only asks', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(`echo ready; ${LONG}`));
    await nextLine(execution);
    const pid = present(execution.pid);
    expect(await execution.kill(0)).toBe(true);
    expect(processExists(pid)).toBe(true);
    expect(await execution.kill(9)).toBe(true);
    expect(await execution).toMatchObject({ signal: 'SIGKILL' });
  });

  test('is SIGTERM when a handle names none', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(LONG));
    await new Promise((resolve) => execution.once('started', resolve));
    await execution.kill();
    expect(await execution).toMatchObject({ status: 'failed', signal: 'SIGTERM' });
  });

  test('of what has ended is false', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh('true'));
    await engine.waitForCompletion(id);
    expect(await engine.kill(id, 'SIGTERM')).toBe(false);
    expect(await engine.kill(id, 0)).toBe(false);
    expect(await engine.getStatus(id)).toBe('completed');
  });

  test('of what waits is false', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    await engine.execute(sh(LONG));
    const waiting = await engine.execute(sh('echo hi'));
    expect(await engine.kill(waiting, 'SIGKILL')).toBe(false);
    expect(await engine.getStatus(waiting)).toBe('pending');
  });

  test('by an unknown signal is a mistake', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh(LONG));
    for (const signal of ['SIGNOPE', 'TERM ', '', 999, -1, 1.5]) {
      const error = await rejection(engine.kill(id, signal as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({
        code: expect.stringMatching(/^ERR_(UNKNOWN_SIGNAL|INVALID_ARG_VALUE)$/),
      });
    }
    expect(await engine.getStatus(id)).toMatch(/^(pending|running)$/);
  });

  test('of an unknown id', async () => {
    const engine = makeEngine();
    const id = '00000000-0000-4000-8000-000000000000';
    expect(await executionError(engine.kill(id, 'SIGTERM'))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
  });
});
