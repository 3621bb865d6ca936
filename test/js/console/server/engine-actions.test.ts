import type { ExecutionEngineApi } from 'escher-execution-engine';
import { executePlan } from 'escher-execution-engine/plan';
import { LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { ServedConsole } from '../../support/served-console';
import { waitFor } from '../../support/wait';

const served = (engine: ExecutionEngineApi) => ServedConsole.of(engine);

test('the engine is paused and resumed', async () => {
  const engine = makeEngine();
  const server = await served(engine);
  expect(await server.post('/api/pause')).toMatchObject({ status: 200 });
  expect((await engine.stats()).paused).toBe(true);
  expect(await server.post('/api/resume')).toMatchObject({ status: 200 });
  expect((await engine.stats()).paused).toBe(false);
});

test('limits of the engine and of a key change', async () => {
  const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 10 });
  const server = await served(engine);
  const run = () => engine.run(sh(LONG, { key: 'k' }));
  const runs = [run(), run()];
  expect(await server.post('/api/limit', { key: 'k', limit: 1 })).toMatchObject({ status: 200 });
  expect(await server.post('/api/limit', { limit: 3 })).toMatchObject({ status: 200 });
  await waitFor('the first', async () => (await engine.runningCount()) === 1);
  expect(await server.post('/api/limit', { key: 'k', limit: null })).toMatchObject({ status: 200 });
  await waitFor('both', async () => (await engine.runningCount()) === 2);
  await Promise.all(runs.map((one) => one.cancel()));
});

test.each([
  ['/api/limit', {}, /'limit' must be a number, received nothing/],
  ['/api/limit', { limit: null }, /'limit' must be a number, received null/],
  ['/api/limit', { limit: 0 }, /1/],
  ['/api/limit', { key: 1, limit: 1 }, /'key' must be a string, received 1/],
  ['/api/limit', { key: 'k', limit: 'x' }, /'limit' must be a number, or null, received "x"/],
  ['/api/limit', { key: '', limit: 1 }, /key/],
  ['/api/limit', { limits: 1 }, /Unknown field 'limits'; allowed: key, limit/],
  ['/api/pause', { for: 1 }, /Unknown field 'for'/],
  ['/api/plans/p/cancel', { now: 1 }, /Unknown field 'now'/],
])('POST %s %j is refused', async (path, body, message) => {
  const server = await served(makeEngine());
  const answer = await server.post(path, body);
  expect(answer.status).toBe(400);
  expect(answer.json.error.message).toMatch(message);
});

test('a plan is cancelled by its id, which can have any characters', async () => {
  const engine = makeEngine();
  const server = await served(engine);
  const id = 'a/b c?#%';
  const commands = [sh(LONG), sh('echo next')];
  const plan = executePlan(engine, {
    id,
    strategy: { type: 'serial', stopOnError: false },
    commands,
  });
  await new Promise((resolve) => plan.once('stepStarted', resolve));
  const path = `/api/plans/${encodeURIComponent(id)}/cancel`;
  expect((await server.post(path)).json).toEqual({ cancelled: 1 });
  expect(await plan).toMatchObject({ status: 'cancelled', stats: { skipped: 1 } });
  expect((await server.post(path)).json).toEqual({ cancelled: 0 });
});

test('of a plan that is not known, the steps are cancelled', async () => {
  const engine = makeEngine();
  const server = await served(engine);
  const run = engine.run(sh(LONG, { metadata: { tags: { plan: 'other' } } }));
  await new Promise((resolve) => run.once('started', resolve));
  expect((await server.post('/api/plans/other/cancel')).json).toEqual({ cancelled: 1 });
  expect((await run).status).toBe('cancelled');
});
