import type { ShutdownResult } from 'escher-execution-engine';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { names, record } from '../../support/events';
import { executionError, present } from '../../support/expectations';
import {
  groupToDie,
  processExists,
  processGroupMembers,
  threadCount,
} from '../../support/processes';
import { childScript } from '../../support/repository';
import { waitFor } from '../../support/wait';

const stubborn = exec('/bin/sh', [childScript('stubborn.sh'), '2']);

describe('shutdown', () => {
  test('resolves for an engine that never ran a command', async () => {
    await makeEngine().shutdown();
  });

  test('ends running executions as cancelled', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(`${LONG} & echo ready; wait`));
    await new Promise((resolve) => execution.once('stdout', resolve));
    const pid = present(execution.pid);
    await engine.shutdown();
    expect(processGroupMembers(pid)).toEqual([]);
    expect(await execution).toMatchObject({
      status: 'cancelled',
      stdout: 'ready\n',
      signal: 'SIGTERM',
    });
  });

  test('lets a child handle the signal', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh('trap "echo bye; exit 4" TERM; echo ready; while :; do sleep 0.05; done'),
    );
    await new Promise((resolve) => execution.once('stdout', resolve));
    await engine.shutdown();
    expect(await execution).toMatchObject({
      status: 'cancelled',
      exitCode: 4,
      stdout: 'ready\nbye\n',
    });
  });

  test('sends SIGKILL to processes that outlive the grace period', async () => {
    const engine = makeEngine({ forceKillAfterDelayMs: 30_000 });
    const execution = engine.run(stubborn);
    await new Promise((resolve) => execution.once('stdout', resolve));
    await engine.shutdown({ graceMs: 100 });
    const result = await execution;
    expect(result).toMatchObject({ status: 'cancelled', signal: 'SIGKILL' });
    await groupToDie(present(result.pid));
  });

  test('sends SIGKILL also with forceKillAfterDelayMs: false', async () => {
    const engine = makeEngine({ forceKillAfterDelayMs: false });
    const execution = engine.run({ ...stubborn, forceKillAfterDelayMs: false });
    await new Promise((resolve) => execution.once('stdout', resolve));
    await engine.shutdown({ graceMs: 0 });
    expect(await execution).toMatchObject({ status: 'cancelled', signal: 'SIGKILL' });
  });

  test('ends queued executions as cancelled', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 3 });
    const events = record(engine);
    const executions = [sh(LONG), sh('echo 1'), sh('echo 2')].map((request) => engine.run(request));
    await new Promise((resolve) => executions[0]?.once('started', resolve));
    await engine.shutdown();
    const results = await Promise.all(executions);
    expect(results.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(results.slice(1).map(({ pid }) => pid)).toEqual([null, null]);
    expect(names(events).filter((name) => name === 'started')).toHaveLength(1);
    expect(names(events).filter((name) => name === 'settled')).toHaveLength(3);
  });

  test('settles every promise', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 3 });
    const running = engine.run(sh('sleep 60', { stdin: 'pipe' }));
    const waiting = engine.run(sh('true'));
    const promises = [
      engine.waitForCompletion(running.id),
      engine.waitForCompletion(waiting.id, { timeoutMs: 60_000 }),
      engine.sendInput(running.id, Buffer.alloc(1_000_000)),
      engine.onIdle(),
      engine.cancel(waiting.id),
      running.result,
      (async () => {
        for await (const _ of running);
      })(),
    ];
    await engine.shutdown();
    await Promise.allSettled(promises);
  });

  test('returns the same promise on a second call', async () => {
    const engine = makeEngine();
    await engine.execute(sh(LONG));
    const first = engine.shutdown();
    expect(engine.shutdown({ graceMs: 5 })).toBe(first);
    await first;
    expect(engine.shutdown()).toBe(first);
  });

  test('closes the engine to every method', async () => {
    const engine = makeEngine();
    const { id } = await engine.run(sh('true'));
    const closing = engine.shutdown();
    expect(await executionError(engine.execute(sh('true')))).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
    });
    await closing;
    const calls: (() => PromiseLike<unknown>)[] = [
      () => engine.execute(sh('true')),
      () => engine.run(sh('true')),
      () => engine.getStatus(id),
      () => engine.getResult(id),
      () => engine.waitForCompletion(id),
      () => engine.cancel(id),
      () => engine.sendInput(id, 'x'),
      () => engine.closeInput(id),
      () => engine.kill(id, 'SIGTERM'),
      () => engine.listExecutions(),
      () => engine.runningCount(),
      () => engine.queuedCount(),
      () => engine.removeExecution(id),
      () => engine.cleanup(),
      () => engine.startCleanupTask(),
      () => engine.stopCleanupTask(),
      () => engine.stats(),
      () => engine.onIdle(),
    ];
    for (const call of calls) {
      expect(await executionError(call())).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
    }
    // The configuration is no method.
    expect(engine.config.maxConcurrentExecutions).toBe(100);
  });

  test('is also asyncDispose', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(LONG));
    await new Promise((resolve) => execution.once('started', resolve));
    await engine[Symbol.asyncDispose]();
    expect(processExists(present(execution.pid))).toBe(false);
    expect(await executionError(engine.stats())).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
  });

  test('from within a listener', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('yes'));
    let closed: Promise<ShutdownResult> | undefined;
    execution.once('output', () => {
      closed = engine.shutdown({ graceMs: 0 });
    });
    expect(await execution).toMatchObject({ status: 'cancelled' });
    expect(await closed).toEqual({ survivors: [] });
  });

  test('ends the threads', async () => {
    // What Node starts by itself is there before.
    const first = makeEngine({ ioThreads: 4 });
    await first.run(sh('true'));
    await first.shutdown();
    const before = threadCount();
    for (let round = 0; round < 5; round++) {
      const engine = makeEngine({ ioThreads: 4 });
      await engine.run(sh('echo hi'));
      expect(threadCount()).toBeGreaterThan(before);
      await engine.shutdown();
      await waitFor('the threads to end', () => threadCount() <= before);
    }
  });

  test('leaves other engines alone', async () => {
    const [one, other] = [makeEngine(), makeEngine()];
    const execution = other.run(sh('read _; echo fine', { stdin: 'pipe' }));
    await one.run(sh('true'));
    await one.shutdown();
    execution.stdin.end();
    expect((await execution).stdout).toBe('fine\n');
  });
});
