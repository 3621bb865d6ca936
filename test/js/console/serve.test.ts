import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionEngine, ExecutionEngineApi } from 'escher-execution-engine';
import { type ServeConsoleOptions, serveConsole } from 'escher-execution-engine/console';
import { createFakeEngine } from 'escher-execution-engine/testing';
import { connectedPair } from '../support/bridge';
import { LONG, sh } from '../support/commands';
import { MessageStream } from '../support/console';
import { makeEngine } from '../support/engine';
import { rejection } from '../support/expectations';
import { root } from '../support/repository';
import { ServedConsole } from '../support/served-console';
import { waitFor } from '../support/wait';

const serve = ServedConsole.of;

const named = { metadata: { source: 'deploy', tags: { branch: 'main' } } };

/** The text that a page gets, from its first line to the end of the command. */
async function output(server: ServedConsole, id: string): Promise<string> {
  const stream = new MessageStream(server, `/api/executions/${id}/output`);
  await stream.over();
  return stream.text();
}

test.each<[string, () => Promise<ExecutionEngineApi>]>([
  ['an engine', async () => makeEngine()],
  ['a client of the bridge', async () => (await connectedPair()).client],
  ['an engine for tests', async () => createFakeEngine({ on: async () => ['out'] })],
])('it shows the executions that the program starts with %s', async (_, make) => {
  const engine = await make();
  const server = await serve(engine);
  const state = server.stream('/api/state');
  await state.until('the first message', () => state.messages.length > 0);
  const run = engine.run(sh('echo out', named));
  await state.until('the end', () => state.row(run.id)?.status === 'completed');
  await run;
  expect(state.row(run.id)).toMatchObject({
    command: 'echo out',
    source: 'deploy',
    tags: { branch: 'main' },
    pid: expect.any(Number),
    exitCode: 0,
    lines: 1,
    canRerun: false,
  });
  expect(await output(server, run.id)).toBe('out\n');
});

test('it shows those that run, wait or have ended when it begins', async () => {
  const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
  const ended = await engine.run(sh('echo one; echo two; echo three >&2; exit 2', named));
  const running = engine.run(sh(`echo early; ${LONG}`, named));
  await new Promise((resolve) => running.on('stdout', resolve));
  const queued = engine.run(sh('true', named));
  await waitFor('the queue', async () => (await engine.queuedCount()) === 1);
  const server = await serve(engine);
  const state = server.stream('/api/state');
  await state.until('the first message', () => state.messages.length > 0);
  expect(state.messages[0]?.rows).toMatchObject([
    { id: ended.id, status: 'failed', exitCode: 2, pid: ended.pid, lines: 3, source: 'deploy' },
    { id: running.id, status: 'running', source: 'deploy' },
    { id: queued.id, status: 'pending', source: 'deploy' },
  ]);
  expect(await output(server, ended.id)).toBe('one\ntwo\nthree\n');
  expect((await server.post(`/api/executions/${running.id}/cancel`)).json).toEqual({
    cancelled: true,
  });
  await state.until('the ends', () => state.row(queued.id)?.status === 'completed');
  expect(state.row(running.id)?.status).toBe('cancelled');
});

test('it finds queued executions, and those that end without a process', async () => {
  const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
  const server = await serve(engine);
  const state = server.stream('/api/state');
  const running = engine.run(sh(LONG));
  const queued = engine.run(sh(LONG, named));
  await state.until('the queued one', () => state.row(queued.id)?.status === 'pending');
  expect(state.row(queued.id)).toMatchObject({ source: 'deploy', pid: null });
  await queued.cancel();
  await state.until('its end', () => state.row(queued.id)?.status === 'cancelled');
  const short = engine.run(sh(LONG, named));
  await short.cancel();
  await state.until('the end of the other', () => state.row(short.id)?.status === 'cancelled');
  await running.cancel();
});

test('a page starts commands, and runs only those again', async () => {
  const engine = makeEngine();
  const server = await serve(engine, { cwd: root });
  const state = server.stream('/api/state');
  const own = await server.start('pwd');
  await state.until('the end', () => state.row(own)?.status === 'completed');
  expect(state.row(own)).toMatchObject({ canRerun: true, cwd: root, source: null, tags: {} });
  expect(await output(server, own)).toBe(`${root}\n`);
  expect((await server.post(`/api/executions/${own}/rerun`)).status).toBe(201);
  const { id } = await engine.run(sh('true'));
  await state.until('the other', () => state.row(id)?.status === 'completed');
  const answer = await server.post(`/api/executions/${id}/rerun`);
  expect([answer.status, answer.json.error.code]).toEqual([409, 'ERR_NO_REQUEST']);
});

test('what a page removes stays in the engine', async () => {
  const engine = makeEngine();
  const server = await serve(engine);
  const state = server.stream('/api/state');
  const [one, two] = [await engine.run(sh('echo 1')), await engine.run(sh('echo 2'))];
  await state.until('the ends', () => state.row(two.id)?.status === 'completed');
  await server.post(`/api/executions/${one.id}/remove`);
  expect((await server.post('/api/clear')).json).toEqual({ removed: 1 });
  expect((await engine.getResult(one.id))?.stdout).toBe('1\n');
  expect(await engine.listExecutions()).toHaveLength(2);
});

test('a page gets no escape sequences but colours', async () => {
  const engine = makeEngine();
  const server = await serve(engine);
  const run = await engine.run(sh(String.raw`printf '\033[2J\033[31mred\033[0m\033]0;x\007\n'`));
  expect(await output(server, run.id)).toBe('\u001b[31mred\u001b[0m\n');
  expect(run.stdout).toContain('\u001b[2J');
});

test('close() ends the server and its listeners, and nothing else', async () => {
  const engine = makeEngine();
  const { url, close } = await serveConsole(engine);
  const server = new ServedConsole({ url, close });
  const state = server.stream('/api/state');
  await state.until('the first message', () => state.messages.length > 0);
  const run = engine.run(sh(LONG));
  await new Promise((resolve) => run.on('started', resolve));
  await Promise.all([close(), close()]);
  await state.over();
  expect(state.messages.at(-1)).toMatchObject({ type: 'bye' });
  expect(await engine.getStatus(run.id)).toBe('running');
  const names = ['started', 'output', 'settled', 'statusChanged', 'progress', 'removed'];
  expect(names.map((name) => (engine as ExecutionEngine).listenerCount(name))).toEqual([
    0, 0, 0, 0, 0, 0,
  ]);
  expect(await rejection(server.ask('/'))).toMatchObject({ code: 'ECONNREFUSED' });
  await run.cancel();
});

test('a request without the token is rejected', async () => {
  const server = await serve(makeEngine());
  expect((await server.ask('/')).status).toBe(200);
  expect((await server.ask('/api/state', { token: null })).status).toBe(401);
  expect((await server.ask('/', { headers: { host: 'example.org' } })).status).toBe(403);
});

test('a port that is in use rejects, and leaves no listener', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const engine = makeEngine();
  expect(await rejection(serveConsole(engine, { port }))).toMatchObject({ code: 'EADDRINUSE' });
  expect(engine.listenerCount('output')).toBe(0);
  other.close();
});

test.each<[object | undefined, unknown, string]>([
  [{}, undefined, 'ERR_INVALID_ARG_TYPE'],
  [undefined, { port: 65_536 }, 'ERR_OUT_OF_RANGE'],
  [undefined, { port: '80' }, 'ERR_INVALID_ARG_TYPE'],
  [undefined, { host: '0.0.0.0' }, 'ERR_INVALID_ARG_VALUE'],
  [undefined, { cwd: 3 }, 'ERR_INVALID_ARG_TYPE'],
  [undefined, { allowProgressPatterns: 1 }, 'ERR_INVALID_ARG_TYPE'],
  [undefined, { open: true }, 'ERR_INVALID_ARG_VALUE'],
  [undefined, Object.create({ port: 1 }), 'ERR_INVALID_ARG_TYPE'],
])('arguments %p, %p are refused', async (engine, options, code) => {
  const given = (engine ?? makeEngine()) as ExecutionEngineApi;
  expect(await rejection(serveConsole(given, options as ServeConsoleOptions))).toMatchObject({
    code,
  });
});

test('a directory that does not exist is refused', async () => {
  const cwd = '/no/such/directory';
  await expect(serveConsole(makeEngine(), { cwd })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARG_VALUE',
    message: `The "options.cwd" property must be a directory. Received '${cwd}'`,
  });
});

test('a closed engine is refused', async () => {
  const engine = makeEngine();
  await engine.shutdown();
  expect(await rejection(serveConsole(engine))).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
});

test('an execution has the name of its tag, or of its source, and its key', async () => {
  const engine = makeEngine();
  const server = await serve(engine);
  const state = server.stream('/api/state');
  const runs = [
    sh(LONG, { metadata: { source: 'ci', tags: { name: 'nightly' } }, key: 'db-1' }),
    sh(LONG, { metadata: { source: 'ci' } }),
    sh(LONG),
  ].map((request) => engine.run(request));
  await state.until('the rows', () => runs.every(({ id }) => state.row(id)?.status === 'running'));
  await state.until('the names', () => state.row(runs[1]?.id as string)?.name !== null);
  const shown = runs.map(({ id }) => {
    const { name, source, key } = state.row(id) ?? {};
    return [name, source, key];
  });
  expect(shown).toEqual([
    ['nightly', 'ci', 'db-1'],
    ['ci', 'ci', null],
    [null, null, null],
  ]);
  await Promise.all(runs.map((run) => run.cancel()));
});

test('what a program removes disappears, what the engine drops is marked', async () => {
  const engine = makeEngine({ maxInMemoryExecutions: 1 });
  const server = await serve(engine);
  const state = server.stream('/api/state');
  const removed = (id: string): boolean =>
    state.messages.some((message) => (message.removed as string[] | undefined)?.includes(id));
  const first = await engine.run(sh('echo first'));
  await engine.removeExecution(first.id);
  await state.until('the removal', () => removed(first.id));
  const second = await engine.run(sh('echo second'));
  const third = await engine.run(sh('echo third'));
  await engine.cleanup();
  await state.until('the mark', () => state.row(second.id)?.isForgotten);
  expect([state.row(third.id)?.isForgotten, removed(second.id)]).toEqual([false, false]);
  expect(await output(server, second.id)).toBe('second\n');
  // The page can remove it although the engine does not have it.
  expect((await server.post(`/api/executions/${second.id}/remove`)).status).toBe(200);
});

test('it reports a pause, and the end of the engine', async () => {
  const engine = makeEngine();
  const server = await serve(engine);
  const state = server.stream('/api/state');
  const paused = (): unknown =>
    state.messages.flatMap(({ samples = [] }) => samples as { paused: boolean }[]).at(-1)?.paused;
  await state.until('a sample', () => paused() === false);
  await engine.pause();
  await state.until('the pause', () => paused() === true);
  await engine.resume();
  await state.until('its end', () => paused() === false);
  await engine.shutdown({ graceMs: 0 });
  await state.over();
  expect(state.messages.at(-1)).toMatchObject({ type: 'bye' });
  const answer = await server.post('/api/executions', { command: 'true' });
  expect([answer.status, answer.json.error.code]).toEqual([503, 'ERR_ENGINE_CLOSED']);
});
