import type { ExecutionPlan, PlanCommand, PlanRun } from 'escher-execution-engine/plan';
import { executePlan } from '../../../../lib/plan/run/execute-plan';
import { sh } from '../../support/commands';
import { exited, FakeEngine, type FakeExecution, resultOf, turn } from '../../support/fake-engine';
import { waitFor } from '../../support/wait';

const commands = (...names: string[]) => names.map((name) => ({ ...sh(name), name }));

async function start(
  plan: Partial<ExecutionPlan>,
  options: object = {},
  engine = new FakeEngine(),
) {
  const whole = {
    id: 'plan-1',
    strategy: { type: 'serial' },
    commands: commands('a', 'b', 'c'),
    ...plan,
  };
  const run = executePlan(engine.api, whole as ExecutionPlan, options);
  const events = record(run);
  // An invalid plan rejects in this turn.
  run.result.catch(() => undefined);
  await turn();
  return { engine, run, events };
}

function record(run: PlanRun): string[] {
  const events: string[] = [];
  run.on('stepStarted', ({ name }) => events.push(`start ${name}`));
  run.on('stepFinished', ({ name, status }) => events.push(`${status} ${name}`));
  return events;
}

const end = async (execution: FakeExecution, exitCode = 0): Promise<void> => {
  execution.end(exited(exitCode));
  await turn();
};

const stepsOf = (engine: FakeEngine): (string | undefined)[] =>
  engine.runs.map(({ tags }) => tags.step);

test('serial: each step after the one before', async () => {
  const { engine, run, events } = await start({});
  for (let step = 0; step < 3; step++) {
    expect(engine.runs).toHaveLength(step + 1);
    engine.last.start();
    await end(engine.last);
  }
  expect(await run).toMatchObject({
    planId: 'plan-1',
    status: 'completed',
    stats: { total: 3, completed: 3, failed: 0, timeout: 0, cancelled: 0, skipped: 0 },
    results: [{ exitCode: 0 }, { exitCode: 0 }, { exitCode: 0 }],
  });
  expect(events).toEqual([
    'start a',
    'completed a',
    'start b',
    'completed b',
    'start c',
    'completed c',
  ]);
});

test('serial: a failure skips the rest', async () => {
  const { engine, run, events } = await start({});
  await end(engine.last, 3);
  expect(await run).toMatchObject({
    status: 'failed',
    results: [{ exitCode: 3 }, null, null],
    stats: { failed: 1, skipped: 2 },
    steps: [
      { step: 0, name: 'a', status: 'failed', error: { code: 'ERR_COMMAND_FAILED' } },
      { step: 1, name: 'b', status: 'skipped', executionId: null, error: null },
      { step: 2 },
    ],
  });
  expect(events).toEqual(['failed a', 'skipped b', 'skipped c']);
});

test('serial without stopOnError: the rest runs', async () => {
  const { engine, run } = await start({ strategy: { type: 'serial', stopOnError: false } });
  await end(engine.last, 3);
  await end(engine.last);
  await end(engine.last);
  expect(await run).toMatchObject({ status: 'failed', stats: { completed: 2, failed: 1 } });
});

test('parallel: the smallest of all limits holds', async () => {
  const strategy = { type: 'parallel', maxConcurrency: 5 } as const;
  const limited = await start({ strategy }, { maxConcurrency: 2 });
  expect(stepsOf(limited.engine)).toEqual(['a', 'b']);
  const engine = new FakeEngine();
  engine.config.maxConcurrentExecutions = 1;
  expect(stepsOf((await start({ strategy }, {}, engine)).engine)).toEqual(['a']);
});

test('a graph: the dependents of a failed step are skipped, others go on', async () => {
  const strategy = { type: 'dependencyGraph', dependencies: { b: ['a'], c: [] } } as const;
  const { engine, run } = await start({ strategy });
  expect(stepsOf(engine)).toEqual(['a', 'c']);
  await end(engine.runs[0] as FakeExecution, 1);
  await end(engine.runs[1] as FakeExecution);
  expect(await run).toMatchObject({
    status: 'failed',
    stats: { completed: 1, failed: 1, skipped: 1 },
  });
});

test('a cancel ends what runs and skips the rest', async () => {
  const { engine, run, events } = await start({});
  expect(await run.cancel()).toBe(true);
  expect(await run).toMatchObject({ status: 'cancelled', stats: { cancelled: 1, skipped: 2 } });
  expect(events).toEqual(['skipped b', 'skipped c', 'cancelled a']);
  expect(engine.runs).toHaveLength(1);
  expect(await run.cancel()).toBe(false);
});

test('a plan that is cancelled after its last success is completed', async () => {
  const { engine, run } = await start({ commands: commands('a') });
  engine.last.end(exited(0));
  await run.cancel();
  expect(await run).toMatchObject({ status: 'completed' });
});

test('a signal that was aborted before the call starts nothing', async () => {
  const { engine, run } = await start({}, { signal: AbortSignal.abort() });
  expect(await run).toMatchObject({ status: 'cancelled', stats: { skipped: 3 } });
  expect(engine.runs).toHaveLength(0);
});

test('a signal that aborts cancels the plan', async () => {
  const controller = new AbortController();
  const { run } = await start({}, { signal: controller.signal });
  controller.abort();
  expect(await run).toMatchObject({ status: 'cancelled' });
});

test('a step that was cancelled alone is a failure of the plan', async () => {
  const { engine, run } = await start({});
  await engine.last.cancel();
  expect(await run).toMatchObject({ status: 'failed', stats: { cancelled: 1, skipped: 2 } });
});

test('a step without a place waits for one', async () => {
  const engine = new FakeEngine();
  let places = 0;
  engine.onRun = (execution) => {
    if (places-- <= 0) execution.refuse('ERR_CONCURRENCY_LIMIT');
  };
  const { run } = await start({ commands: commands('a') }, {}, engine);
  // It also asks by a timer, so that the number of refusals is not known.
  expect(engine.last.isOver).toBe(true);
  places = 1;
  engine.emit('settled', {});
  await turn();
  expect(engine.last.isOver).toBe(false);
  await end(engine.last);
  expect(await run).toMatchObject({ status: 'completed', results: [{ exitCode: 0 }] });
  expect(engine.listenerCount('settled')).toBe(0);
});

test('a place that no event reports is found', async () => {
  const engine = new FakeEngine();
  engine.onRun = (execution) => {
    if (engine.runs.length < 4) execution.refuse('ERR_CONCURRENCY_LIMIT');
    else execution.end(exited(0));
  };
  const { run } = await start({ commands: commands('a') }, {}, engine);
  expect(await run).toMatchObject({ status: 'completed' });
  expect(engine.runs).toHaveLength(4);
});

test('a step that waits for a place can be cancelled', async () => {
  const engine = new FakeEngine();
  engine.onRun = (execution) => execution.refuse('ERR_CONCURRENCY_LIMIT');
  const { run } = await start({ commands: commands('a') }, {}, engine);
  await run.cancel();
  expect(await run).toMatchObject({ status: 'cancelled', stats: { cancelled: 1 } });
});

test('a step that the engine rejects has an error and no result', async () => {
  const { engine, run } = await start({});
  engine.last.refuse('ERR_VALIDATION');
  expect(await run).toMatchObject({
    status: 'failed',
    results: [null, null, null],
    steps: [{ status: 'failed', executionId: null, error: { code: 'ERR_VALIDATION' } }, {}, {}],
  });
});

test('a step with retries is repeated, and has all attempts', async () => {
  const retry = { attempts: 2, delayMs: 0, on: ['exit'] };
  const { engine, run } = await start({ commands: [{ ...sh('a'), retry }] as PlanCommand[] });
  const retrying = new Promise((resolve) => run.once('stepRetrying', resolve));
  await end(engine.last, 1);
  expect(await retrying).toMatchObject({ planId: 'plan-1', step: 0, name: null, attempt: 1 });
  await waitFor('the second attempt', () => engine.runs.length === 2);
  await end(engine.last);
  expect((await run).results).toMatchObject([{ exitCode: 0, attempts: [{ exitCode: 1 }, {}] }]);
});

test('a result without retries has no attempts', async () => {
  const { engine, run } = await start({ commands: commands('a') });
  await end(engine.last);
  expect((await run).results[0]).not.toHaveProperty('attempts');
});

test('the status of a timeout is counted', async () => {
  const { engine, run } = await start({ commands: commands('a') });
  engine.last.end(resultOf({ status: 'timeout' }));
  expect(await run).toMatchObject({ status: 'failed', stats: { timeout: 1 } });
});

test('progress counts the steps that have ended, and names the command that runs', async () => {
  const { engine, run } = await start({ commands: commands('a', 'b') });
  const progress: unknown[] = [];
  run.on('progress', ({ completed, total, currentCommand }) =>
    progress.push([completed, total, currentCommand]),
  );
  for (let step = 0; step < 2; step++) {
    engine.last.start();
    await end(engine.last);
  }
  await run;
  expect(progress).toEqual([
    [0, 2, 'fake'],
    [1, 2, null],
    [1, 2, 'fake'],
    [2, 2, null],
  ]);
});

test('the steps have the metadata of the plan and tags of their own', async () => {
  const own = { source: 'step', tags: { a: '2', kind: 'x' } };
  const { engine, run } = await start({
    metadata: { source: 'plan', conversationId: 'c', tags: { a: '1', b: '1' } },
    commands: [{ ...sh('a'), metadata: own }],
  });
  expect(engine.last.request.metadata).toEqual({
    source: 'step',
    conversationId: 'c',
    tags: { a: '2', b: '1', kind: 'x', plan: 'plan-1', step: '0' },
  });
  await run.cancel();
});

test.each([
  [{ commands: [] }, /must have at least one command. Received an empty array/],
  [{ id: '' }, /"plan.id" property must have 1 to 256 characters. Received ''/],
  [{ id: 5 }, /"plan.id" property must be of type string. Received type number \(5\)/],
  [{ id: 'x'.repeat(300) }, /"plan.id" .*Received 'x{97}...' \(300 characters\)/],
  [{ commands: undefined }, /"plan.commands" property must be an instance of Array/],
  [
    { commands: commands('a', 'a') },
    /"plan.commands\[1\].name" property must be unique. 'a' is also that of commands\[0\]/,
  ],
  [{ commands: [{ ...sh('a'), name: '' }] }, /"plan.commands\[0\].name".*1 to 256 characters/],
  [{ strategy: undefined }, /"plan.strategy" property must be of type object/],
  [
    { strategy: { type: 'random' } },
    /"plan.strategy.type" property must be one of: 'serial'.*Received 'random'/,
  ],
  [
    { strategy: { type: 'serial', maxConcurrency: 2 } },
    /"plan.strategy.maxConcurrency" property is a field of the strategies 'parallel', 'dependencyGraph'/,
  ],
  [
    { strategy: { type: 'parallel', maxConcurrency: 0 } },
    /"plan.strategy.maxConcurrency".*at least 1. Received 0/,
  ],
  [
    { strategy: { type: 'serial', stopOnError: 1 } },
    /"plan.strategy.stopOnError" property must be of type boolean/,
  ],
  [{ strategies: [] }, /"plan.strategies" property is unknown; did you mean "strategy"/],
  [{ description: 5 }, /"plan.description" property must be of type string/],
  [{ metadata: new Map() }, /"plan.metadata" property must be a plain object/],
  [
    { commands: [...commands('a'), { ...sh('b'), retry: { attempts: 0 } }] },
    /"plan.commands\[1\].retry.attempts".*at least 1/,
  ],
  [
    { commands: [{ ...sh('b', { stdin: 'pipe' }), retry: { attempts: 2 } }] },
    /"plan.commands\[0\].stdin" property must not be 'pipe'/,
  ],
])('the plan with %p is refused before anything starts', async (fields, message) => {
  const { engine, run } = await start(fields as Partial<ExecutionPlan>);
  const refusal = {
    code: 'ERR_VALIDATION',
    reason: 'INVALID_PLAN',
    message: expect.stringMatching(message),
  };
  await expect(run).rejects.toMatchObject(refusal);
  await expect(run[Symbol.asyncIterator]().next()).rejects.toMatchObject(refusal);
  expect(engine.runs).toHaveLength(0);
  expect(await run.cancel()).toBe(false);
});

test('every request is checked; files only of steps that wait for no other one', async () => {
  const graph = { type: 'dependencyGraph', dependencies: { c: ['a'] } } as const;
  for (const [strategy, files] of [
    [{ type: 'serial' }, [true, false, false]],
    [{ type: 'parallel' }, [true, true, true]],
    [graph, [true, true, false]],
  ] as const) {
    const { engine, run } = await start({ strategy });
    expect(engine.checks.map(([{ command }]) => command)).toEqual(
      commands('a', 'b', 'c').map(({ command }) => command),
    );
    expect(engine.checks.map(([, checked]) => checked)).toEqual(files);
    await run.cancel();
  }
});

test('the first refusal in the order of the commands is reported, and nothing starts', async () => {
  const engine = new FakeEngine();
  engine.onCheck = ({ command }) => {
    const { command: text } = command as { command: string };
    if (text !== 'a') throw new TypeError(`no ${text}`);
  };
  const { run } = await start({}, {}, engine);
  await expect(run).rejects.toMatchObject({ message: 'Validation error: commands[1]: no b' });
  expect(engine.runs).toHaveLength(0);
});

test('a cancel during the check starts nothing', async () => {
  const engine = new FakeEngine();
  const run = executePlan(engine.api, { strategy: { type: 'serial' }, commands: commands('a') });
  expect(await run.cancel()).toBe(true);
  expect(await run).toMatchObject({ status: 'cancelled', stats: { skipped: 1 } });
  expect(engine.runs).toHaveLength(0);
});
