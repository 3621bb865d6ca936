import { type ExecutionPlan, executePlan } from 'escher-execution-engine/plan';
import { sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { waitFor } from '../../support/wait';

const FAILS = sh('exit 3');

/** One step at a time, and no step needs another. */
const strategies = (stopOnError?: boolean): ExecutionPlan['strategy'][] => {
  const more = stopOnError === undefined ? {} : { stopOnError };
  return [
    { type: 'serial', ...more },
    { type: 'parallel', maxConcurrency: 1, ...more },
    { type: 'dependencyGraph', dependencies: {}, maxConcurrency: 1, ...more },
  ];
};

test.each([
  [undefined, [1, 0, 0]],
  [true, [1, 1, 1]],
  [false, [0, 0, 0]],
])('stopOnError: %p decides whether a failure skips the rest', async (stopOnError, skipped) => {
  const runs = strategies(stopOnError).map((strategy) =>
    executePlan(makeEngine(), { strategy, commands: [FAILS, sh('true')] }),
  );
  const results = await Promise.all(runs);
  expect(results.map(({ stats }) => stats.skipped)).toEqual(skipped);
  for (const { status } of results) expect(status).toBe('failed');
});

test('with stopOnError what runs goes on to its end', async () => {
  const engine = makeEngine();
  const run = executePlan(engine, {
    strategy: { type: 'parallel', maxConcurrency: 2, stopOnError: true },
    commands: [FAILS, sh('read _; echo end', { stdin: 'pipe' }), sh('true')],
  });
  const started = new Map<number, string>();
  run.on('stepStarted', ({ step, executionId }) => started.set(step, executionId));
  let skipped = 0;
  run.on('stepFinished', ({ status }) => {
    if (status === 'skipped') skipped++;
  });
  await waitFor('the failure', () => skipped === 1);
  const id = await waitFor('the other step', () => started.get(1));
  await engine.closeInput(id as string);
  expect(await run).toMatchObject({
    status: 'failed',
    results: [{ exitCode: 3 }, { stdout: 'end\n' }, null],
    stats: { completed: 1, failed: 1, skipped: 1 },
  });
});

test('a graph has a limit of steps that run at a time', async () => {
  const engine = makeEngine();
  const waits = sh('read _; :', { stdin: 'pipe' });
  const run = executePlan(engine, {
    strategy: { type: 'dependencyGraph', dependencies: {}, maxConcurrency: 2 },
    commands: [waits, waits, ...Array.from({ length: 4 }, () => sh('true'))],
  });
  const started: string[] = [];
  let [running, most] = [0, 0];
  run.on('stepStarted', ({ executionId }) => {
    started.push(executionId);
    most = Math.max(most, ++running);
  });
  run.on('stepFinished', () => running--);
  await waitFor('two steps', () => started.length === 2);
  for (const id of started.slice(0, 2)) await engine.closeInput(id);
  expect(await run).toMatchObject({ status: 'completed' });
  expect(most).toBe(2);
});

test('a plan without an id gets a UUID, and its result has the whole duration', async () => {
  const run = executePlan(makeEngine(), {
    description: 'for people',
    strategy: { type: 'serial' },
    commands: [sh('sleep 0.05'), sh('sleep 0.05')],
  });
  expect(run.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const { planId, totalDurationMs } = await run;
  expect(planId).toBe(run.id);
  expect(totalDurationMs).toBeGreaterThanOrEqual(100);
});
