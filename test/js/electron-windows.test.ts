import type { ExecutionEngine } from 'escher-execution-engine';
import { type ExposeOptions, exposeEngine } from 'escher-execution-engine/electron';
import { exec, LONG, sh } from './support/commands';
import { FakeWindow, fakeIpcMain } from './support/electron';
import { makeEngine } from './support/engine';
import { rejection, thrown } from './support/expectations';
import { waitFor } from './support/wait';

function twoWindows(options: Partial<ExposeOptions> = {}, config = {}) {
  const engine = makeEngine(config);
  const ipcMain = fakeIpcMain();
  const all = { ipcMain, authorize: () => true, frameMs: 0, ...options };
  const exposed = exposeEngine(engine, all);
  return { engine, ipcMain, exposed, one: new FakeWindow(ipcMain), two: new FakeWindow(ipcMain) };
}

/** All that arrives in a window. */
function heard(window: FakeWindow): [string, Record<string, unknown>][] {
  const events: [string, Record<string, unknown>][] = [];
  window.renderer.on('execution-engine:events', (_event, batch) => {
    for (const [, name, payload] of batch.events) events.push([name, payload]);
  });
  return events;
}

const listenerCounts = (emitter: {
  eventNames(): (string | symbol)[];
  listenerCount(name: string | symbol): number;
}): Record<string, number> =>
  Object.fromEntries(
    emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]),
  );

/** Says late where an execution stands, as it is when it is asked, or as it is when it says so. */
function answeringLate(engine: ExecutionEngine, stands: 'asked' | 'answered') {
  let answer: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const ask = engine.getResult.bind(engine);
  const getResult = jest.spyOn(engine, 'getResult') as jest.SpyInstance;
  getResult.mockImplementation(async (id: string) => {
    if (stands === 'answered') await gate;
    const result = await ask(id);
    await gate;
    return result;
  });
  const asked = () => waitFor('the question', () => getResult.mock.calls.length > 0);
  return { asked, answer: () => answer() };
}

const cat = () => exec('cat', [], { stdin: 'pipe' });

/** Ends it, unless somebody has cancelled it before. */
async function endOfCat(engine: ExecutionEngine, id: string): Promise<string> {
  await engine.closeInput(id).catch(() => undefined);
  return (await engine.waitForCompletion(id)).status;
}

test('a window hears of its own executions only', async () => {
  const { one, two } = twoWindows();
  const [ofOne, ofTwo] = [heard(one), heard(two)];
  for (const { page } of [one, two]) page.on('output', () => undefined);
  const first = await one.page.execute(sh('echo one'));
  const second = await two.page.execute(sh('echo two'));
  await waitFor('both to end', () => [ofOne, ofTwo].every((all) => all.at(-1)?.[0] === 'settled'));
  expect(new Set(ofOne.map(([, { executionId }]) => executionId))).toEqual(new Set([first]));
  expect(new Set(ofTwo.map(([, { executionId }]) => executionId))).toEqual(new Set([second]));
  expect(ofOne.find(([name]) => name === 'output')?.[1]).toMatchObject({ lines: ['one'] });
});

test('two windows watch the same execution, each from the first line on', async () => {
  const { one, two } = twoWindows({ access: 'all' });
  const lines: Record<string, string[]> = { one: [], two: [] };
  const ends: string[] = [];
  const run = await one.page.run(cat(), {
    onOutput: (event) => lines.one?.push(...event.lines),
    onSettled: () => ends.push('one'),
  });
  await run.sendInput('first\n');
  await waitFor('the first line', () => lines.one?.length === 1);
  const watch = await two.page.watch(run.id, {
    onOutput: (event) => lines.two?.push(...event.lines),
    onSettled: () => ends.push('two'),
  });
  await watch.sendInput('second\n');
  await watch.closeInput();
  await waitFor('both ends', () => ends.length === 2);
  expect(lines).toEqual({ one: ['first', 'second'], two: ['first', 'second'] });
});

describe('a window that is destroyed', () => {
  test('in the middle of a stream: the command goes on, and nothing is left behind', async () => {
    const { one, two, engine } = twoWindows();
    const before = listenerCounts(engine);
    let lines = 0;
    const run = await one.page.run(exec('yes'), {
      onOutput: (event) => (lines += event.lines.length),
    });
    await waitFor('lines', () => lines > 1000);
    one.destroy();
    expect(await engine.getStatus(run.id)).toBe('running');
    // Held back by nobody, since nobody watches.
    const { totalLines } = await engine.stats();
    await waitFor(
      'more lines',
      async () => (await engine.stats()).totalLines > totalLines + 5_000_000,
    );
    expect(listenerCounts(engine)).toEqual(before);
    const other = await two.page.run(sh('echo fine'));
    expect((await other.result()).stdout).toBe('fine\n');
    await engine.cancel(run.id);
  });

  test('before the answer to its call: nothing is thrown', async () => {
    const { one, engine } = twoWindows();
    const asked = one.page.waitForCompletion(await one.page.execute(sh('echo x; sleep 0.1')));
    asked.catch(() => undefined);
    one.destroy();
    await engine.onIdle();
    expect(await engine.listExecutions({ status: 'completed' })).toHaveLength(1);
  });

  test.each([
    ['none', 'completed'],
    ['window', 'cancelled'],
    ['page', 'cancelled'],
  ] as const)(
    'cancelWith %s: what it started is %s, what others started goes on',
    async (cancelWith, status) => {
      const { one, two, engine } = twoWindows({ cancelWith });
      const [mine, yours] = [await one.page.run(cat()), await two.page.run(cat())];
      await waitFor('it to run', async () => (await engine.getStatus(mine.id)) === 'running');
      one.destroy();
      expect(await endOfCat(engine, mine.id)).toBe(status);
      expect(await endOfCat(engine, yours.id)).toBe('completed');
    },
  );

  test('a queued one is cancelled too, and never gets a process', async () => {
    const { one, engine } = twoWindows(
      { cancelWith: 'window' },
      { maxConcurrentExecutions: 1, maxQueuedExecutions: 9 },
    );
    const blocker = await engine.execute(sh(LONG));
    const waiting = await one.page.run(sh('echo never'));
    one.destroy();
    expect(await engine.waitForCompletion(waiting.id)).toMatchObject({
      status: 'cancelled',
      pid: null,
    });
    await engine.cancel(blocker);
  });
});

describe('a page that is reloaded', () => {
  test.each([[true], [false]])(
    'finds its executions again; preload first: %p',
    async (preloadFirst) => {
      const { one, engine } = twoWindows();
      const old: string[] = [];
      const { id, sendInput } = await one.page.run(cat(), {
        onOutput: ({ lines }) => old.push(...lines),
        onSettled: () => old.push('settled'),
      });
      await sendInput('before\n');
      await waitFor('the line', () => old.length === 1);

      one.reload({ preloadFirst });
      const [listed] = await one.page.listExecutions({ status: 'running' });
      const lines: string[] = [];
      const watch = await one.page.watch(listed?.id ?? '', {
        onOutput: (event) => lines.push(...event.lines),
        onSettled: () => lines.push('settled'),
      });
      // Comes late when the preload script was quicker; the new page must not be taken for the old one.
      if (preloadFirst) one.webContents.emit('did-navigate');
      await watch.sendInput('after\n');
      await watch.closeInput();
      await waitFor('the end', () => lines.at(-1) === 'settled');
      expect(listed?.id).toBe(id);
      expect(lines).toEqual(['before', 'after', 'settled']);
      expect(old).toEqual(['before']);
      expect(await engine.getStatus(id)).toBe('completed');
    },
  );

  test('is told at once of the end of one that ended meanwhile', async () => {
    const { one } = twoWindows();
    const run = await one.page.run(sh('echo text; exit 4'));
    await run.result();
    one.reload();
    const ends: unknown[] = [];
    const watch = await one.page.watch(run.id, { onSettled: (event) => ends.push(event) });
    expect(ends).toMatchObject([
      { executionId: run.id, result: { status: 'failed', exitCode: 4 } },
    ]);
    expect(ends[0]).not.toHaveProperty('result.stdout');
    expect((await watch.result()).stdout).toBe('text\n');
  });

  test('within the same document: nothing changes', async () => {
    const { one } = twoWindows({ cancelWith: 'page' });
    let settled = false;
    const run = await one.page.run(cat(), { onSettled: () => (settled = true) });
    one.reload({ sameDocument: true });
    one.webContents.emit('did-start-navigation', {}, 'https://ads.example', false, false);
    one.webContents.emit('did-navigate');
    await run.closeInput();
    await waitFor('the end', () => settled);
    expect((await run.result()).status).toBe('completed');
  });

  test.each([
    ['window', 'completed'],
    ['page', 'cancelled'],
  ] as const)('cancelWith %s: what it started is %s', async (cancelWith, status) => {
    const { one, engine } = twoWindows({ cancelWith });
    const run = await one.page.run(cat());
    await waitFor('it to run', async () => (await engine.getStatus(run.id)) === 'running');
    // As older versions of Electron tell it.
    one.webContents.emit('did-start-navigation', {}, 'file:///app/index.html', false, true);
    one.webContents.emit('did-navigate');
    expect(await endOfCat(engine, run.id)).toBe(status);
  });

  test('gets nothing that was meant for the old one', async () => {
    const { one } = twoWindows();
    const told: unknown[] = [];
    one.page.on('settled', (event) => told.push(event));
    const events = [[0, 'settled', { executionId: 'old' }]];
    one.webContents.send('execution-engine:events', { page: 'old', number: 1, events });
    const id = await one.page.execute(sh('true'));
    await waitFor('the end', () => told.length > 0);
    expect(told).toMatchObject([{ executionId: id }]);
  });

  test('the old one is answered no more', async () => {
    const { one, ipcMain } = twoWindows();
    await one.page.runningCount();
    const { webContents } = one;
    const call = { page: 'old', method: 'runningCount', args: [] };
    const ask = () => webContents.arrive('execution-engine:call', [call], webContents.mainFrame);
    expect(await ask()).toEqual({ value: 0 });
    one.reload();
    expect(await one.page.runningCount()).toBe(0);
    expect(await ask()).toMatchObject({ error: { code: 'ERR_ACCESS_DENIED' } });
    expect(ipcMain.handlers.size).toBe(1);
  });
});

test('a crash ends the watches, and the next page starts anew', async () => {
  const { one, engine } = twoWindows({ cancelWith: 'window' });
  const run = await one.page.run(exec('yes'), { onOutput: () => undefined });
  one.crash();
  expect(await engine.waitForCompletion(run.id)).toMatchObject({ status: 'cancelled' });
  one.reload();
  expect(await one.page.listExecutions()).toMatchObject([{ id: run.id, status: 'cancelled' }]);
  expect((await (await one.page.run(sh('echo again'))).result()).stdout).toBe('again\n');
});

describe('what the main process runs', () => {
  test('share() gives a window access, lines from the first on', async () => {
    const { one, two, engine, exposed } = twoWindows();
    const run = engine.run(cat());
    run.stdin.write('first\n');
    for await (const { line } of run) if (line === 'first') break;
    expect(await rejection(one.page.watch(run.id, {}))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
    exposed.share(run, one.webContents as never);
    const lines: string[] = [];
    await one.page.watch(run.id, { onOutput: (event) => lines.push(...event.lines) });
    run.stdin.end('second\n');
    await run;
    await waitFor('the lines', () => lines.length === 2);
    expect(lines).toEqual(['first', 'second']);
    expect((await one.page.getResult(run.id))?.stdout).toBe('first\nsecond\n');
    expect(await rejection(two.page.getResult(run.id))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
  });

  test('share() of one that has ended', async () => {
    const { one, engine, exposed } = twoWindows();
    const run = engine.run(sh('echo done'));
    await run;
    exposed.share(run, one.webContents as never);
    const told = new Promise((resolve) => void one.page.watch(run.id, { onSettled: resolve }));
    expect(await told).toMatchObject({ result: { status: 'completed' } });
  });

  test('share() checks what it is given', () => {
    const { one, exposed, engine } = twoWindows();
    expect(thrown(() => exposed.share('id' as never, one.webContents as never))).toMatchObject({
      message: expect.stringContaining('"execution" option must be an Execution'),
    });
    const run = engine.run(sh('true'));
    expect(thrown(() => exposed.share(run, {} as never))).toMatchObject({
      message: expect.stringContaining('"webContents" option must be the webContents'),
    });
  });

  test('with access to all, a page looks on', async () => {
    const { one, engine } = twoWindows({ access: 'all' });
    const events = heard(one);
    const before = listenerCounts(engine);
    await one.page.subscribeAll();
    await one.page.subscribeAll();
    const off = one.page.on('output', () => undefined);
    const mine = await one.page.execute(sh('echo mine'));
    const others = await engine.execute(sh('echo others'));
    const settled = (id: string) =>
      events.filter(([name, payload]) => name === 'settled' && payload.executionId === id).length;
    await waitFor('both ends', () => settled(mine) + settled(others) === 2);
    const outputs = events.filter(([name]) => name === 'output').map(([, { lines }]) => lines);
    expect(outputs.sort()).toEqual([['mine'], ['others']]);
    off();
    await one.page.unsubscribeAll();
    expect(listenerCounts(engine)).toEqual(before);
  });

  test('by id, a page watches from now on', async () => {
    const { one, engine } = twoWindows({ access: 'all' });
    const id = await engine.execute(cat());
    const told: unknown[] = [];
    await one.page.watch(id, {
      onOutput: ({ lines }) => told.push(...lines),
      onSettled: ({ result }) => told.push(result.status),
    });
    const events: string[] = [];
    one.page.on('output', ({ lines }) => events.push(...lines));
    one.page.on('settled', ({ executionId }) => events.push(executionId));
    await one.page.subscribe(id);
    await one.page.subscribe(id.toUpperCase());
    await engine.sendInput(id, 'line\n');
    await waitFor('the line', () => told.length === 1 && events.length === 1);
    await one.page.unsubscribe(id);
    await engine.closeInput(id);
    await waitFor('the end', () => told.length === 2);
    expect(told).toEqual(['line', 'completed']);
    expect(events).toEqual(['line']);
  });
});

describe('a page that looks on at one execution', () => {
  /** Resolves when all that was sent to the page before is there. */
  const allHeard = (window: FakeWindow) =>
    new Promise((resolve) => void window.page.run(sh('true'), { onSettled: resolve }));

  test('does so until its end, and no longer', async () => {
    const { one, engine } = twoWindows({ access: 'all' });
    const before = listenerCounts(engine);
    const id = await engine.execute(cat());
    const ends: string[] = [];
    one.page.on('output', () => undefined);
    one.page.on('settled', () => ends.push('subscribed'));
    const watch = { onOutput: () => undefined, onSettled: () => ends.push('watched') };
    await one.page.watch(id, watch);
    await one.page.subscribe(id);
    expect(listenerCounts(engine)).toMatchObject({ output: 1, settled: 1 });
    await engine.closeInput(id);
    await waitFor('both ends', () => ends.length === 2);
    expect(ends.sort()).toEqual(['subscribed', 'watched']);
    expect(listenerCounts(engine)).toEqual(before);
  });

  test('is told of its end once, though it looks on at all of them too', async () => {
    const { one, engine } = twoWindows({ access: 'all' });
    const id = await engine.execute(cat());
    const told: unknown[] = [];
    one.page.on('settled', ({ executionId }) => told.push(executionId));
    await one.page.subscribe(id);
    await one.page.subscribeAll();
    await engine.closeInput(id);
    await engine.waitForCompletion(id);
    const next = await engine.execute(sh('true'));
    await waitFor('the next end', () => told.includes(next));
    expect(told).toEqual([id, next]);
  });

  test.each(['asked', 'answered'] as const)(
    'misses nothing until the engine says where it stands, as of when it is %s',
    async (stands) => {
      const { one, engine } = twoWindows({ access: 'all' });
      const before = listenerCounts(engine);
      const id = await engine.execute(cat());
      const { asked, answer } = answeringLate(engine, stands);
      const told: string[] = [];
      const watching = one.page.watch(id, {
        onOutput: ({ lines }) => told.push(...lines),
        onSettled: ({ result }) => told.push(result.status),
      });
      await asked();
      await engine.sendInput(id, 'line\n');
      await engine.closeInput(id);
      await engine.waitForCompletion(id);
      answer();
      expect((await watching).id).toBe(id);
      await allHeard(one);
      expect(told).toEqual(['line', 'completed']);
      expect(listenerCounts(engine)).toEqual(before);
    },
  );

  test('is told at once of an end that is past', async () => {
    const { one, engine } = twoWindows({ access: 'all' });
    const before = listenerCounts(engine);
    const id = await engine.execute(sh('echo text'));
    await engine.waitForCompletion(id);
    const told: string[] = [];
    await one.page.subscribe(id);
    await one.page.watch(id, { onSettled: ({ result }) => told.push(result.status) });
    expect(told).toEqual(['completed']);
    expect(listenerCounts(engine)).toEqual(before);
  });

  test.each([1, 0])('and is left before the answer: nothing is left behind; %p', async (number) => {
    const { one, engine } = twoWindows({ access: 'all' });
    const before = listenerCounts(engine);
    const id = await engine.execute(cat());
    const { asked, answer } = answeringLate(engine, 'asked');
    const { webContents } = one;
    const call = { page: 'first', method: 'watch', args: [id, number, true] };
    const reply = webContents.arrive('execution-engine:call', [call], webContents.mainFrame);
    await asked();
    one.reload();
    answer();
    expect(await reply).toMatchObject({ error: { code: 'ERR_ACCESS_DENIED' } });
    expect(listenerCounts(engine)).toEqual(before);
    expect(await endOfCat(engine, id)).toBe('completed');
  });

  test('that is not there: nothing is left behind', async () => {
    const { one, engine } = twoWindows({ access: 'all' });
    const before = listenerCounts(engine);
    const nowhere = '11111111-1111-4111-8111-111111111111';
    const watched = one.page.watch(nowhere, { onOutput: () => undefined });
    for (const attempt of [watched, one.page.subscribe(nowhere)]) {
      expect(await rejection(attempt)).toMatchObject({ code: 'ERR_EXECUTION_NOT_FOUND' });
    }
    expect(listenerCounts(engine)).toEqual(before);
  });
});

describe('the end of the service', () => {
  test('dispose() takes it away and leaves the engine alone', async () => {
    const { one, engine, exposed, ipcMain } = twoWindows({ access: 'all' });
    const before = listenerCounts(one.webContents);
    await one.page.subscribeAll();
    const run = await one.page.run(exec('yes'), { onOutput: () => undefined });
    await waitFor('it to run', async () => (await engine.getStatus(run.id)) === 'running');
    exposed.dispose();
    exposed.dispose();
    exposed[Symbol.dispose]();
    expect(await rejection(one.page.stats())).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
    expect(ipcMain.handlers.size).toBe(0);
    expect(ipcMain.listenerCount('execution-engine:taken')).toBe(1);
    expect(listenerCounts(one.webContents)).toEqual(before);
    expect(listenerCounts(engine)).toEqual({});
    expect(await engine.getStatus(run.id)).toBe('running');
    // The channel is free again.
    exposeEngine(engine, { ipcMain }).dispose();
    await engine.cancel(run.id);
  });

  test('an engine that is shut down tells pages of every end', async () => {
    const { one, engine } = twoWindows();
    const ends: string[] = [];
    const run = await one.page.run(exec('yes'), {
      onOutput: () => undefined,
      onSettled: ({ result }) => ends.push(result.status),
    });
    const waiting = run.result();
    // Calls are taken in their order.
    await one.page.runningCount();
    await engine.shutdown({ graceMs: 0 });
    expect(await waiting).toMatchObject({ status: 'cancelled' });
    await waitFor('the end', () => ends.length === 1);
    expect(ends).toEqual(['cancelled']);
    for (const call of [one.page.execute(sh('true')), one.page.stats(), run.cancel()]) {
      expect(await rejection(call)).toMatchObject({
        code: 'ERR_ENGINE_CLOSED',
        name: 'ExecutionError',
      });
    }
  });
});

test.each([
  [true, 1],
  [false, 12],
])('a window reaches what the engine remembers; cleanup: %p', async (enableAutoCleanup, ended) => {
  const { one, engine } = twoWindows({}, { maxInMemoryExecutions: 1, enableAutoCleanup });
  const kept = await one.page.execute(sh(LONG));
  for (let i = 0; i < 12; i++) {
    const { id } = await one.page.run(sh('true'));
    await engine.waitForCompletion(id);
  }
  if (enableAutoCleanup) await engine.cleanup();
  expect(await one.page.getStatus(kept)).toMatch(/pending|running/);
  expect(await one.page.listExecutions({ status: 'completed' })).toHaveLength(ended);
});
