import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type {
  WireMessage,
  WirePlan,
  WirePlanEvent,
  WirePlanResult,
} from 'escher-execution-engine/bridge';
import { type Bridge, request, startBridge } from '../../support/bridge';
import { LONG } from '../../support/commands';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

type PlanResult = Extract<WireMessage, { type: 'plan_result' }>;

const plan = (commands: WirePlan['commands'], more: Partial<WirePlan> = {}): WirePlan => ({
  id: 'p1',
  strategy: { type: 'serial' },
  commands,
  ...more,
});

const step = (text: string, more: object = {}) =>
  ({ ...request(text), ...more }) as WirePlan['commands'][number];

const planEvents = (bridge: Bridge): WirePlanEvent[] => bridge.planEvents();

async function resultOf(bridge: Bridge, seq: number): Promise<WirePlanResult> {
  const is = (message: WireMessage) => message.type === 'plan_result' && message.seq === seq;
  return ((await bridge.message('the result of the plan', is)) as PlanResult).payload;
}

const begun = (bridge: Bridge): Promise<unknown> =>
  waitFor('the step', () =>
    planEvents(bridge).some(({ event_type }) => event_type === 'step_started'),
  );

test('a plan is answered by its result, after its events', async () => {
  const bridge = startBridge().read();
  const commands = [
    step('echo one', { name: 'first' }),
    step('exit 3', { retry: { attempts: 2, delay_ms: 1, on: ['exit'] } }),
    step('echo three'),
  ];
  bridge.send({ type: 'execute_plan', seq: 7, plan: plan(commands) });
  const result = await resultOf(bridge, 7);
  expect(result).toMatchObject({
    plan_id: 'p1',
    status: 'failed',
    results: [
      { stdout: 'one\n', exit_code: 0 },
      { exit_code: 3, attempts: [{ exit_code: 3 }, { exit_code: 3 }] },
      null,
    ],
    steps: [
      { step: 0, name: 'first', status: 'completed', error: null },
      { step: 1, name: null, status: 'failed', error: { code: 'ERR_COMMAND_FAILED' } },
      { step: 2, status: 'skipped', execution_id: null },
    ],
    stats: { total: 3, completed: 1, failed: 1, timeout: 0, cancelled: 0, skipped: 1 },
    total_duration: { secs: expect.any(Number), nanos: expect.any(Number) },
    total_duration_ms: expect.any(Number),
  });
  const [started, first] = planEvents(bridge);
  expect(started).toEqual({
    event_type: 'step_started',
    plan_id: 'p1',
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    step: 0,
    name: 'first',
    execution_id: result.results[0]?.id,
    pid: result.results[0]?.pid,
    command: 'echo one',
  });
  // The event of the crate.
  expect(first).toEqual({
    event_type: 'progress',
    plan_id: 'p1',
    timestamp: expect.any(String),
    completed: 0,
    total: 3,
    current_command: 'echo one',
  });
  expect(planEvents(bridge).map(({ event_type }) => event_type)).toEqual([
    'step_started',
    'progress',
    'step_finished',
    'progress',
    'step_started',
    'progress',
    'step_retrying',
    'step_finished',
    'progress',
    'step_finished',
    'progress',
  ]);
  expect(bridge.messages.at(-1)).toMatchObject({ type: 'plan_result' });
  // The steps are executions of the connection, with the events of executions.
  const id = result.results[0]?.id;
  const own = bridge.events().filter(({ execution_id }) => execution_id === id);
  expect(own.map(({ event_type }) => event_type)).toEqual([
    'started',
    'status_changed',
    'stdout',
    'status_changed',
    'completed',
  ]);
  expect(bridge.results()).toEqual([]);
  expect(await bridge.ask('get_result', { id })).toMatchObject({ payload: { stdout: 'one\n' } });
});

test('a graph, in parallel, with its output left out', async () => {
  const bridge = startBridge().read();
  const commands = [step('echo a', { name: 'a' }), step('echo b', { name: 'b' })];
  const strategy = { type: 'dependency_graph', dependencies: { a: ['b'] }, max_concurrency: 2 };
  const whole = { ...plan(commands), strategy };
  bridge.send({ type: 'execute_plan', seq: 1, plan: whole, output: 'none', result: false });
  const { status, results } = await resultOf(bridge, 1);
  expect(status).toBe('completed');
  expect(results.map((result) => result && 'stdout' in result)).toEqual([false, false]);
  expect(bridge.events().some(({ event_type }) => event_type === 'stdout')).toBe(false);
  const started = planEvents(bridge).filter(({ event_type }) => event_type === 'step_started');
  expect(started.map((event) => 'name' in event && event.name)).toEqual(['b', 'a']);
});

test('a cancel ends what runs and skips the rest', async () => {
  const bridge = startBridge().read();
  bridge.send({ type: 'execute_plan', seq: 1, plan: plan([step(LONG), step('true')]) });
  await begun(bridge);
  expect(await bridge.ask('cancel_plan', { plan_id: 'p1' })).toMatchObject({ payload: true });
  expect(await resultOf(bridge, 1)).toMatchObject({
    status: 'cancelled',
    stats: { cancelled: 1, skipped: 1 },
  });
  expect(await bridge.ask('cancel_plan', { plan_id: 'p1' })).toMatchObject({ payload: false });
});

test('a plan that was aborted before starts nothing', async () => {
  const bridge = startBridge().read();
  const file = join(tempDir(), 'file');
  bridge.send({ type: 'execute_plan', seq: 1, plan: plan([step(`touch ${file}`)]), aborted: true });
  expect(await resultOf(bridge, 1)).toMatchObject({ status: 'cancelled', stats: { skipped: 1 } });
  expect(existsSync(file)).toBe(false);
});

const none: WirePlan['commands'] = [];
test.each<[string, object, string, RegExp]>([
  ['no commands', plan(none), 'INVALID_PLAN', /"plan.commands" property must have at least one/],
  ['no plan', [], 'INVALID_PLAN', /"plan"/],
  [
    'an unknown field',
    { ...plan([step('true')]), stop_on_error: true },
    'INVALID_PLAN',
    /"plan.stop_on_error" property is unknown/,
  ],
  [
    'a bad request',
    plan([step('true'), step('true', { timeout_ms: 0 })]),
    'INVALID_PLAN',
    /commands\[1\]: "timeout_ms" must be greater than 0/,
  ],
  [
    'a field of the wrong type',
    plan([step('true'), { command: { type: 'exec', program: 5 } } as never]),
    'INVALID_PLAN',
    /commands\[1\].*program/,
  ],
  [
    'a name of the API',
    plan([step('true', { timeoutMs: 5 })]),
    'INVALID_PLAN',
    /"plan.commands\[0\].timeoutMs" property is unknown; did you mean "timeout_ms"/,
  ],
  [
    'a bad strategy',
    { ...plan([step('true')]), strategy: { type: 'dependencyGraph' } },
    'INVALID_PLAN',
    /one of: 'serial', 'parallel', 'dependency_graph'/,
  ],
  [
    'a cycle',
    plan([step('true'), step('true')], {
      strategy: { type: 'dependency_graph', dependencies: { 0: [1], 1: [0] } },
    }),
    'INVALID_DEPENDENCY_GRAPH',
    /has a cycle: 0 -> 1 -> 0/,
  ],
  [
    'a pattern of progress',
    plan([step('true', { progress: { pattern: '(\\d+)%' } })]),
    'ERR_INVALID_ARG_VALUE',
    /without --progress-patterns/,
  ],
  [
    'a pattern of retries',
    plan([step('true', { retry: { attempts: 2, on: ['exit'], output: '(a+)+$' } })]),
    'ERR_INVALID_ARG_VALUE',
    /retry.output.*without --progress-patterns/,
  ],
])('a plan with %s is refused, and nothing is started', async (_, whole, reason, message) => {
  const bridge = startBridge().read();
  const answer = await bridge.ask('execute_plan', { plan: whole });
  const { error } = answer as Extract<typeof answer, { error: unknown }>;
  expect(error.reason ?? error.code).toBe(reason);
  expect(error.message).toMatch(message);
  expect(await bridge.ask('list')).toMatchObject({ payload: [] });
});

test('a plan with the id of one that runs is refused', async () => {
  const bridge = startBridge().read();
  bridge.send({ type: 'execute_plan', seq: 1001, plan: plan([step(LONG)]) });
  const second = await bridge.ask('execute_plan', { plan: plan([step('true')]) });
  expect(second).toMatchObject({ error: { code: 'ERR_DUPLICATE_ID' } });
  await bridge.ask('cancel_plan', { plan_id: 'p1' });
  expect(await resultOf(bridge, 1001)).toMatchObject({ status: 'cancelled' });
});

test('the end of the input cancels a plan, as its executions, and its result is written', async () => {
  const bridge = startBridge().read();
  bridge.send({ type: 'execute_plan', seq: 1, plan: plan([step(LONG), step('true')]) });
  await begun(bridge);
  bridge.child.stdin?.end();
  expect(await bridge.ended).toEqual({ code: 0, signal: null });
  expect(await resultOf(bridge, 1)).toMatchObject({
    status: 'cancelled',
    stats: { cancelled: 1, skipped: 1 },
  });
});

test('with --wait all steps of a plan run before the end', async () => {
  const bridge = startBridge('--wait').read();
  const commands = ['1', '2', '3'].map((text) => step(`sleep 0.1; echo ${text}`));
  bridge.send({ type: 'execute_plan', seq: 1, plan: plan(commands) });
  bridge.child.stdin?.end();
  expect(await bridge.ended).toEqual({ code: 0, signal: null });
  expect(await resultOf(bridge, 1)).toMatchObject({ status: 'completed', stats: { completed: 3 } });
});

test('a shutdown ends a plan in the delay of a retry', async () => {
  const bridge = startBridge().read();
  const retry = { attempts: 3, delay_ms: 3_600_000, max_delay_ms: 3_600_000, on: ['exit'] };
  const commands = [step('exit 1', { retry })];
  bridge.send({ type: 'execute_plan', seq: 1001, plan: plan(commands) });
  await waitFor('the delay', () =>
    planEvents(bridge).some(({ event_type }) => event_type === 'step_retrying'),
  );
  expect(await bridge.ask('shutdown', { grace_ms: 0 })).toMatchObject({ payload: {} });
  expect(await resultOf(bridge, 1001)).toMatchObject({ status: 'cancelled' });
  expect(await bridge.ended).toEqual({ code: 0, signal: null });
});
