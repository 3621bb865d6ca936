import type { ExecutionEngine } from 'escher-execution-engine';
import { sh } from '../../support/commands';
import type { FakeWindow } from '../../support/electron';
import { rejection } from '../../support/expectations';
import { cat, endOfCat, listenerCounts, twoWindows } from '../../support/exposed-engine';
import { waitFor } from '../../support/wait';

/** An engine that reports the status late: as of the call, or as of the answer. */
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

describe('a subscription to one execution', () => {
  /** Resolves when all earlier messages have arrived in the page. */
  const allHeard = (window: FakeWindow) =>
    new Promise((resolve) => void window.page.run(sh('true'), { onSettled: resolve }));

  test('lasts until the end of the execution', async () => {
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

  test('delivers the end once, also with a subscription to all executions', async () => {
    const { one, engine } = twoWindows({ access: 'all' });
    const id = await engine.execute(cat());
    const received: unknown[] = [];
    one.page.on('settled', ({ executionId }) => received.push(executionId));
    await one.page.subscribe(id);
    await one.page.subscribeAll();
    await engine.closeInput(id);
    await engine.waitForCompletion(id);
    const next = await engine.execute(sh('true'));
    await waitFor('the next end', () => received.includes(next));
    expect(received).toEqual([id, next]);
  });

  test.each(['asked', 'answered'] as const)(
    'misses no event while the status is read, as of when it is %s',
    async (stands) => {
      const { one, engine } = twoWindows({ access: 'all' });
      const before = listenerCounts(engine);
      const id = await engine.execute(cat());
      const { asked, answer } = answeringLate(engine, stands);
      const received: string[] = [];
      const watching = one.page.watch(id, {
        onOutput: ({ lines }) => received.push(...lines),
        onSettled: ({ result }) => received.push(result.status),
      });
      await asked();
      await engine.sendInput(id, 'line\n');
      await engine.closeInput(id);
      await engine.waitForCompletion(id);
      answer();
      expect((await watching).id).toBe(id);
      await allHeard(one);
      expect(received).toEqual(['line', 'completed']);
      expect(listenerCounts(engine)).toEqual(before);
    },
  );

  test('delivers an end in the past at once', async () => {
    const { one, engine } = twoWindows({ access: 'all' });
    const before = listenerCounts(engine);
    const id = await engine.execute(sh('echo text'));
    await engine.waitForCompletion(id);
    const received: string[] = [];
    await one.page.subscribe(id);
    await one.page.watch(id, { onSettled: ({ result }) => received.push(result.status) });
    expect(received).toEqual(['completed']);
    expect(listenerCounts(engine)).toEqual(before);
  });

  test.each([1, 0])('of a page that is left before the answer is removed; %p', async (number) => {
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

  test('to an unknown execution is removed', async () => {
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
