import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { names, record } from '../../support/events';
import { executionError, present } from '../../support/expectations';
import { groupToDie, processGroupMembers, processStat } from '../../support/processes';
import { childScript } from '../../support/repository';
import { blockUntil, waitFor } from '../../support/wait';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

describe('cancel', () => {
  test('ends a running execution and keeps its output', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(`echo before; ${LONG}; echo after`));
    await new Promise((resolve) => execution.once('stdout', resolve));
    expect(await engine.cancel(execution.id)).toBe(true);
    const result = await engine.waitForCompletion(execution.id);
    expect(result).toMatchObject({
      status: 'cancelled',
      success: false,
      exitCode: null,
      signal: 'SIGTERM',
      stdout: 'before\n',
      error: { code: 'ERR_CANCELLED', message: 'Execution cancelled' },
    });
    expect(await engine.getStatus(execution.id)).toBe('cancelled');
  });

  test('ends the whole tree', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(`(${LONG} & ${LONG}) & ${LONG} & echo ready; wait`));
    await new Promise((resolve) => execution.once('stdout', resolve));
    const pid = present(execution.pid);
    await waitFor('the tree to be there', () => processGroupMembers(pid).length >= 4);
    await execution.cancel();
    await execution;
    expect(processGroupMembers(pid)).toEqual([]);
  });

  test('ends a tree that ignores SIGTERM', async () => {
    const engine = makeEngine({ forceKillAfterDelayMs: 200 });
    const execution = engine.run(exec('/bin/sh', [childScript('stubborn.sh'), '3']));
    await new Promise((resolve) => execution.once('stdout', resolve));
    await execution.cancel();
    const result = await execution;
    expect(result).toMatchObject({ status: 'cancelled', signal: 'SIGKILL' });
    await groupToDie(present(result.pid));
  });

  test('ends a child that is stopped', async () => {
    const engine = makeEngine({ forceKillAfterDelayMs: 200 });
    const execution = engine.run(sh('kill -STOP $$; echo never'));
    await new Promise((resolve) => execution.once('started', resolve));
    const pid = present(execution.pid);
    await waitFor('the child to stop', () => processStat(pid)?.state === 'T');
    await execution.cancel();
    expect(await execution).toMatchObject({ status: 'cancelled', stdout: '' });
  });

  test('resolves to false after the end and changes nothing', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh('exit 3'));
    const result = await engine.waitForCompletion(id);
    expect(await engine.cancel(id)).toBe(false);
    expect(await engine.getResult(id)).toEqual(result);
  });

  test('a second call during the grace period resolves to true and ends it', async () => {
    const engine = makeEngine({ forceKillAfterDelayMs: 30_000 });
    const execution = engine.run(
      sh("trap 'echo asked; read _; exit 6' TERM; echo ready; read _", { stdin: 'pipe' }),
    );
    const said = execution.lines();
    expect((await said.next()).value).toBe('ready');
    expect(await execution.cancel()).toBe(true);
    // The signal comes behind a look at the process table.
    expect((await said.next()).value).toBe('asked');
    expect(await engine.getStatus(execution.id)).toBe('running');
    expect(await execution.cancel()).toBe(true);
    expect(await execution).toMatchObject({ status: 'cancelled', signal: 'SIGKILL' });
    expect(await execution.cancel()).toBe(false);
  });

  test('of a queued execution starts no process', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 5 });
    const blocker = await engine.execute(sh(LONG));
    const waiting = await engine.execute(sh('echo never'));
    await waitFor('the start', async () => (await engine.getStatus(blocker)) === 'running');
    const events = record(engine);
    expect(await engine.getStatus(waiting)).toBe('pending');
    expect(await engine.cancel(waiting)).toBe(true);
    expect(await engine.waitForCompletion(waiting)).toMatchObject({
      status: 'cancelled',
      pid: null,
      exitCode: null,
      signal: null,
      stdout: '',
      resourceUsage: null,
      error: { code: 'ERR_CANCELLED' },
    });
    expect(await engine.queuedCount()).toBe(0);
    const ofWaiting = events.filter(({ payload }) => payload.executionId === waiting);
    expect(names(ofWaiting)).toEqual(['statusChanged', 'cancelled', 'settled']);
    // The one that runs knows nothing of it.
    expect(await engine.getStatus(blocker)).toBe('running');
  });

  test('right after execute() ends the execution, with or without a process', async () => {
    const engine = makeEngine();
    const ids = await Promise.all(Array.from({ length: 30 }, () => engine.execute(sh(LONG))));
    expect(await Promise.all(ids.map((id) => engine.cancel(id)))).not.toContain(false);
    const results = await Promise.all(ids.map((id) => engine.waitForCompletion(id)));
    for (const { status, pid } of results) {
      expect(status).toBe('cancelled');
      if (pid !== null) expect(processGroupMembers(pid)).toEqual([]);
    }
  });

  test('from within a listener', async () => {
    const engine = makeEngine();
    for (const event of ['started', 'stdout'] as const) {
      const execution = engine.run(sh(`echo hi; ${LONG}`));
      execution.once(event, () => void execution.cancel());
      expect(await execution).toMatchObject({ status: 'cancelled' });
    }
  });

  test('takes effect while JavaScript is blocked', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(`echo ready; ${LONG}`));
    await new Promise((resolve) => execution.once('stdout', resolve));
    const pid = present(execution.pid);
    const cancelled = execution.cancel();
    await Promise.resolve();
    blockUntil('the group to end', () => processGroupMembers(pid).length === 0);
    expect(await cancelled).toBe(true);
    expect(await execution).toMatchObject({ status: 'cancelled' });
  });

  test('rejects an unknown id', async () => {
    const engine = makeEngine();
    expect(await executionError(engine.cancel(UNKNOWN))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
      message: `Execution not found: ${UNKNOWN}`,
    });
  });

  test('returns the slot', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1 });
    for (let round = 0; round < 5; round++) {
      const id = await engine.execute(sh(LONG));
      await engine.cancel(id);
      await engine.waitForCompletion(id);
    }
    expect((await engine.run(sh('echo free'))).stdout).toBe('free\n');
  });
});
