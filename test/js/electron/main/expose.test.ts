import { exposeEngine } from 'escher-execution-engine/electron';
import { exec, sh } from '../../support/commands';
import { rejection, thrown } from '../../support/expectations';
import { cat, listenerCounts, messagesOf, twoWindows } from '../../support/exposed-engine';
import { waitFor } from '../../support/wait';

describe('executions of the main process', () => {
  test('share() gives a window access, with lines from the first one on', async () => {
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

  test('share() works for an execution that has ended', async () => {
    const { one, engine, exposed } = twoWindows();
    const run = engine.run(sh('echo done'));
    await run;
    exposed.share(run, one.webContents as never);
    const received = new Promise((resolve) => void one.page.watch(run.id, { onSettled: resolve }));
    expect(await received).toMatchObject({ result: { status: 'completed' } });
  });

  test('share() checks its arguments', () => {
    const { one, exposed, engine } = twoWindows();
    expect(thrown(() => exposed.share('id' as never, one.webContents as never))).toMatchObject({
      message: expect.stringContaining('"execution" option must be an Execution'),
    });
    const run = engine.run(sh('true'));
    expect(thrown(() => exposed.share(run, {} as never))).toMatchObject({
      message: expect.stringContaining('"webContents" option must be the webContents'),
    });
  });

  test('a page with access to all subscribes to them', async () => {
    const { one, engine } = twoWindows({ access: 'all' });
    const events = messagesOf(one);
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

  test('a page watches by id from the call on', async () => {
    const { one, engine } = twoWindows({ access: 'all' });
    const id = await engine.execute(cat());
    const received: unknown[] = [];
    await one.page.watch(id, {
      onOutput: ({ lines }) => received.push(...lines),
      onSettled: ({ result }) => received.push(result.status),
    });
    const events: string[] = [];
    one.page.on('output', ({ lines }) => events.push(...lines));
    one.page.on('settled', ({ executionId }) => events.push(executionId));
    await one.page.subscribe(id);
    await one.page.subscribe(id.toUpperCase());
    await engine.sendInput(id, 'line\n');
    await waitFor('the line', () => received.length === 1 && events.length === 1);
    await one.page.unsubscribe(id);
    await engine.closeInput(id);
    await waitFor('the end', () => received.length === 2);
    expect(received).toEqual(['line', 'completed']);
    expect(events).toEqual(['line']);
  });
});

/** A flood of short lines keeps the thread of a busy machine for seconds, of this test and of the page. */
const LONG_LINE = 'y'.repeat(1000);

describe('the end of exposeEngine', () => {
  test('dispose() removes the handlers and does not end the engine', async () => {
    const { one, engine, exposed, ipcMain } = twoWindows({ access: 'all' });
    const before = listenerCounts(one.webContents);
    await one.page.subscribeAll();
    const run = await one.page.run(exec('yes', [LONG_LINE]), { onOutput: () => undefined });
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
    // The channel can be used again.
    exposeEngine(engine, { ipcMain }).dispose();
    await engine.cancel(run.id);
  });

  test('a shutdown of the engine delivers every end to pages', async () => {
    const { one, engine } = twoWindows();
    const ends: string[] = [];
    const run = await one.page.run(exec('yes', [LONG_LINE]), {
      onOutput: () => undefined,
      onSettled: ({ result }) => ends.push(result.status),
    });
    const waiting = run.result();
    // Calls are handled in order.
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
