import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connectBridge } from 'escher-execution-engine/bridge';
import type { ExecutionPlan, PlanCommand } from 'escher-execution-engine/plan';
import { collect, connectedPair, startBridge } from '../../support/bridge';
import { LONG, sh } from '../../support/commands';
import { rejection } from '../../support/expectations';
import { polluted } from '../../support/pollution';
import { groupToDie } from '../../support/processes';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

const serial = (...commands: PlanCommand[]): ExecutionPlan => ({
  strategy: { type: 'serial' },
  commands,
});

test('the program bridge runs plans', async () => {
  const { child } = startBridge();
  const client = await connectBridge(child);
  const run = client.executePlan(serial({ ...sh('echo one'), name: 'a' }, sh('echo two')));
  const events: string[] = [];
  run.on('stepFinished', ({ name, status }) => events.push(`${name} ${status}`));
  run.on('progress', ({ completed, total }) => events.push(`${completed}/${total}`));
  expect((await collect(run)).map(({ line }) => line)).toEqual(['one', 'two']);
  expect(await run).toMatchObject({ planId: run.id, status: 'completed' });
  expect(events).toEqual(['0/2', 'a completed', '1/2', '1/2', 'null completed', '2/2']);
  expect(await client.shutdown()).toEqual({ survivors: [] });
});

test('a lost connection rejects the result, and ends the plan with the executions', async () => {
  const { client, engine, served, cut } = await connectedPair();
  const file = join(tempDir(), 'file');
  const run = client.executePlan(serial(sh(LONG), sh(`touch ${file}`)));
  const pid = await new Promise<number>((resolve) =>
    run.once('stepStarted', (event) => resolve(event.pid)),
  );
  cut();
  expect(await rejection(run.result)).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
  await served;
  await groupToDie(pid);
  expect(existsSync(file)).toBe(false);
  expect(await rejection(engine.listExecutions())).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
});

test('with a shared engine a plan goes on after a lost connection', async () => {
  const { client, engine, cut } = await connectedPair({}, { atEnd: 'leave' });
  const file = join(tempDir(), 'file');
  const run = client.executePlan(serial(sh('sleep 0.3'), sh(`touch ${file}`)));
  await new Promise((resolve) => run.once('stepStarted', resolve));
  cut();
  expect(await rejection(run.result)).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
  await waitFor('the second step', () => existsSync(file));
  await engine.onIdle();
});

test('the shutdown of a client of a shared engine ends its plans only', async () => {
  const { client, engine } = await connectedPair({}, { atEnd: 'leave' });
  const run = client.executePlan(serial(sh(LONG), sh('true')));
  const other = engine.run(sh(LONG));
  await new Promise((resolve) => run.once('stepStarted', resolve));
  await client.shutdown({ graceMs: 0 });
  expect(await run).toMatchObject({ status: 'cancelled', stats: { cancelled: 1, skipped: 1 } });
  expect(await engine.getStatus(other.id)).toBe('running');
  await other.cancel();
});

test('a cancel gives the steps the time that their requests have', async () => {
  const { client } = await connectedPair();
  const graceful = 'trap "sleep 0.2; echo saved; exit 0" TERM; echo ready; sleep 60 & wait';
  const run = client.executePlan(serial(sh(graceful)));
  const lines: string[] = [];
  const reading = (async () => {
    for await (const { line } of run) lines.push(line);
  })();
  await waitFor('the step', () => lines.length > 0);
  expect(await run.cancel()).toBe(true);
  await client.shutdown();
  await reading;
  expect(lines).toEqual(['ready', 'saved']);
  expect(await run).toMatchObject({ status: 'cancelled' });
});

test('a cancel ends the delay before a retry', async () => {
  const { client } = await connectedPair();
  const retry = { attempts: 2, delayMs: 3e6, maxDelayMs: 3e6, on: ['exit'] as const };
  const run = client.executePlan(serial({ ...sh('exit 1'), retry }));
  const { attempt, delayMs, result } = await new Promise<{
    attempt: number;
    delayMs: number;
    result: { exitCode: number | null } | null;
  }>((resolve) => run.once('stepRetrying', resolve));
  expect([attempt, result?.exitCode]).toEqual([1, 1]);
  expect(delayMs).toBeGreaterThan(1e6);
  expect(await run.cancel()).toBe(true);
  expect(await run).toMatchObject({ status: 'cancelled' });
});

test('an aborted signal cancels; one that was aborted before starts nothing', async () => {
  const { client, engine } = await connectedPair();
  const abort = new AbortController();
  const run = client.executePlan(serial(sh(LONG)), { signal: abort.signal });
  run.once('stepStarted', () => abort.abort());
  expect(await run).toMatchObject({ status: 'cancelled', stats: { cancelled: 1 } });
  const late = client.executePlan(serial(sh('true')), { signal: abort.signal });
  expect(await late).toMatchObject({ status: 'cancelled', stats: { skipped: 1 } });
  expect(await engine.listExecutions()).toHaveLength(1);
});

test('plans beyond maxPlans are refused', async () => {
  const { client } = await connectedPair({}, { maxPlans: 1 });
  const first = client.executePlan(serial(sh(LONG)));
  expect(await rejection(client.executePlan(serial(sh('true'))).result)).toMatchObject({
    code: 'ERR_CONCURRENCY_LIMIT',
    message: 'Concurrency limit reached: 1 plans running; "maxPlans" is 1',
  });
  await first.cancel();
  await first;
  expect(await client.executePlan(serial(sh('true')))).toMatchObject({ status: 'completed' });
});

test('a host without executePlan refuses plans, and none runs', async () => {
  const { client, engine } = await connectedPair({}, { executePlan: undefined });
  const run = client.executePlan(serial(sh('true')));
  expect(await rejection(run.result)).toMatchObject({
    code: 'ERR_INVALID_ARG_VALUE',
    message: expect.stringContaining('the host has not set the option "executePlan"'),
  });
  expect(await rejection(run[Symbol.asyncIterator]().next())).toMatchObject({
    code: 'ERR_INVALID_ARG_VALUE',
  });
  expect(await engine.listExecutions()).toEqual([]);
});

test('two plans with one id: the second is refused, and the first one keeps its events', async () => {
  const { client } = await connectedPair();
  const plan = { ...serial(sh(LONG)), id: 'one' };
  const first = client.executePlan(plan);
  const second = client.executePlan(plan);
  expect(await rejection(second.result)).toMatchObject({ code: 'ERR_DUPLICATE_ID' });
  const finished = new Promise((resolve) => first.once('stepFinished', resolve));
  await waitFor('the step', async () => (await client.runningCount()) === 1);
  await first.cancel();
  expect(await finished).toMatchObject({ planId: 'one', status: 'cancelled' });
});

test('patterns of retries need a host that allows them, and have no flags', async () => {
  const retrying = (output: RegExp | string) =>
    serial({
      ...sh('echo again; exit 1'),
      retry: { attempts: 2, delayMs: 0, on: ['exit'], output },
    });
  const { client } = await connectedPair();
  expect(await rejection(client.executePlan(retrying('again')).result)).toMatchObject({
    message: expect.stringContaining('retry.output'),
  });
  const open = await connectedPair({}, { allowProgressPatterns: true });
  for (const [output, attempts] of [
    [/a.ain/g, 2],
    [/a.ain/y, 2],
    [/gain/y, 1],
    ['other', 1],
  ] as const) {
    const { results } = await open.client.executePlan(retrying(output));
    expect((results[0] as unknown as { attempts: unknown[] }).attempts).toHaveLength(attempts);
  }
  expect(await rejection(open.client.executePlan(retrying(/again/i)).result)).toMatchObject({
    reason: 'INVALID_PLAN',
    message: expect.stringContaining('must have no flags over the bridge. Received /again/i'),
  });
});

test('listeners run in the async context of the call', async () => {
  const { client } = await connectedPair();
  const storage = new AsyncLocalStorage<string>();
  const run = storage.run('mine', () => client.executePlan(serial(sh('true'))));
  const seen = new Promise((resolve) => run.once('progress', () => resolve(storage.getStore())));
  await run;
  expect(await seen).toBe('mine');
});

test('a slow reader holds the steps back and loses nothing', async () => {
  const { client, engine } = await connectedPair({ maxPendingEventBytes: 65_536 });
  const count = 30_000;
  const text = 'a line that is about sixty characters long, to fill the window';
  const run = client.executePlan(serial(sh(`yes '${text}' | head -n ${count}`)));
  const lines = run[Symbol.asyncIterator]();
  await lines.next();
  const written = async () => (await engine.stats()).totalLines;
  let last = -1;
  // It stands still before its end.
  await waitFor('a standstill', async () => {
    const now = await written();
    const stands = now === last;
    last = now;
    return stands;
  });
  expect(last).toBeLessThan(count);
  let seen = 1;
  for await (const { line } of lines) {
    expect(line).toBe(text);
    seen++;
  }
  expect(seen).toBe(count);
});

test('a reader that leaves lets the plan go on', async () => {
  const { client } = await connectedPair();
  const run = client.executePlan(serial(sh('echo 1'), sh('yes | head -n 100000')));
  for await (const { line } of run) {
    expect(line).toBe('1');
    break;
  }
  expect(await run).toMatchObject({ status: 'completed' });
});

test('nothing on Object.prototype changes a plan', async () => {
  const { client } = await connectedPair();
  const bad = { id: 'x', name: 'x', retry: 5, plan_id: 'p', aborted: true, signal: 5, stdout: 5 };
  await polluted(bad, async () => {
    const { status, stats } = await client.executePlan(serial(sh('exit 1'), sh('echo 2')));
    expect([status, stats.skipped]).toEqual(['failed', 1]);
  });
});

test('a plan of 10 000 steps is carried out', async () => {
  const { client } = await connectedPair({ maxInMemoryExecutions: 10 });
  const step = { command: { type: 'exec', program: '/bin/true' } } as const;
  const commands = Array.from({ length: 10_000 }, () => step);
  const run = client.executePlan({ strategy: { type: 'parallel', maxConcurrency: 8 }, commands });
  let finished = 0;
  run.on('stepFinished', () => {
    if (++finished === 100) void run.cancel();
  });
  const { status, stats } = await run;
  expect(status).toBe('cancelled');
  expect(stats.completed).toBeGreaterThanOrEqual(90);
  expect(stats.completed + stats.cancelled + stats.skipped).toBe(10_000);
});
