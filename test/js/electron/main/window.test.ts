import { exec, LONG, sh } from '../../support/commands';
import {
  cat,
  endOfCat,
  listenerCounts,
  messagesOf,
  twoWindows,
} from '../../support/exposed-engine';
import { waitFor } from '../../support/wait';

test('a window gets events of its own executions only', async () => {
  const { one, two } = twoWindows();
  const [ofOne, ofTwo] = [messagesOf(one), messagesOf(two)];
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
  test('during output: the command goes on, and all listeners are removed', async () => {
    const { one, two, engine } = twoWindows();
    const before = listenerCounts(engine);
    let lines = 0;
    const run = await one.page.run(exec('yes'), {
      onOutput: (event) => (lines += event.lines.length),
    });
    await waitFor('lines', () => lines > 1000);
    one.destroy();
    expect(await engine.getStatus(run.id)).toBe('running');
    // Not held back, because no page watches.
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

  test('before the answer to its call: no error is thrown', async () => {
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
    'cancelWith %s: its execution is %s, and those of others go on',
    async (cancelWith, status) => {
      const { one, two, engine } = twoWindows({ cancelWith });
      const [mine, yours] = [await one.page.run(cat()), await two.page.run(cat())];
      await waitFor('it to run', async () => (await engine.getStatus(mine.id)) === 'running');
      one.destroy();
      expect(await endOfCat(engine, mine.id)).toBe(status);
      expect(await endOfCat(engine, yours.id)).toBe('completed');
    },
  );

  test('its queued execution is cancelled and gets no process', async () => {
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
    'has access to its earlier executions; preload first: %p',
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
      // Late if the preload script was faster; the new page must not be treated as the earlier one.
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

  test('gets the end of an execution that ended meanwhile at once', async () => {
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

  test('within the same document keeps its watches', async () => {
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
  ] as const)('cancelWith %s: its execution is %s', async (cancelWith, status) => {
    const { one, engine } = twoWindows({ cancelWith });
    const run = await one.page.run(cat());
    await waitFor('it to run', async () => (await engine.getStatus(run.id)) === 'running');
    // The arguments of older versions of Electron.
    one.webContents.emit('did-start-navigation', {}, 'file:///app/index.html', false, true);
    one.webContents.emit('did-navigate');
    expect(await endOfCat(engine, run.id)).toBe(status);
  });

  test('gets no events of the earlier page', async () => {
    const { one } = twoWindows();
    const received: unknown[] = [];
    one.page.on('settled', (event) => received.push(event));
    const events = [[0, 'settled', { executionId: 'old' }]];
    one.webContents.send('execution-engine:events', { page: 'old', number: 1, events });
    const id = await one.page.execute(sh('true'));
    await waitFor('the end', () => received.length > 0);
    expect(received).toMatchObject([{ executionId: id }]);
  });

  test('the earlier page gets no answers', async () => {
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

test('a crash ends the watches, and the next page starts without any', async () => {
  const { one, engine } = twoWindows({ cancelWith: 'window' });
  const run = await one.page.run(exec('yes', ['y'.repeat(1000)]), { onOutput: () => undefined });
  one.crash();
  expect(await engine.waitForCompletion(run.id)).toMatchObject({ status: 'cancelled' });
  one.reload();
  expect(await one.page.listExecutions()).toMatchObject([{ id: run.id, status: 'cancelled' }]);
  expect((await (await one.page.run(sh('echo again'))).result()).stdout).toBe('again\n');
});

test.each([
  [true, 1],
  [false, 12],
])(
  'a window has access to the records that the engine keeps; cleanup: %p',
  async (enableAutoCleanup, ended) => {
    const { one, engine } = twoWindows({}, { maxInMemoryExecutions: 1, enableAutoCleanup });
    const kept = await one.page.execute(sh(LONG));
    for (let i = 0; i < 12; i++) {
      const { id } = await one.page.run(sh('true'));
      await engine.waitForCompletion(id);
    }
    if (enableAutoCleanup) await engine.cleanup();
    expect(await one.page.getStatus(kept)).toMatch(/pending|running/);
    expect(await one.page.listExecutions({ status: 'completed' })).toHaveLength(ended);
  },
);
