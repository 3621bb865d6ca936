import { randomUUID } from 'node:crypto';
import type { OutputEvent, TerminalEvent } from 'escher-execution-engine';
import { sh } from '../../support/commands';
import { present, rejection } from '../../support/expectations';
import { listenerCounts, twoWindows } from '../../support/exposed-engine';
import { waitFor } from '../../support/wait';

const linesOf = (events: readonly OutputEvent[]): string[] => events.flatMap(({ lines }) => lines);

describe('attach in a page', () => {
  test('gets all lines of an execution of the app, with its key', async () => {
    const { one, engine } = twoWindows({ access: 'all' });
    const id = await engine.execute(
      sh('echo one; read -r line; echo "$line"', { stdin: 'pipe', key: 'k' }),
    );
    await new Promise((resolve) => present(engine.attach(id)).once('stdout', resolve));
    const output: OutputEvent[] = [];
    const ends: TerminalEvent[] = [];
    const run = await one.page.attach(id, {
      onOutput: (event) => output.push(event),
      onSettled: (event) => ends.push(event),
    });
    await run.sendInput('two\n');
    await waitFor('the end', () => ends.length === 1);
    expect(linesOf(output)).toEqual(['one', 'two']);
    expect(ends).toMatchObject([{ executionId: id, key: 'k', result: { success: true } }]);
  });

  test('gets the kept lines of an execution that has ended, then its end', async () => {
    const { one, engine } = twoWindows({ access: 'all' });
    const { id } = await engine.run(sh('echo a; echo b', { key: 'k' }));
    const before = listenerCounts(engine);
    const order: string[] = [];
    await one.page.attach(id, {
      onOutput: ({ lines, key }) => order.push(...lines.map((line) => `${key} ${line}`)),
      onSettled: ({ result }) => order.push(result.status),
    });
    await waitFor('the end', () => order.includes('completed'));
    expect(order).toEqual(['k a', 'k b', 'completed']);
    expect(listenerCounts(engine)).toEqual(before);
    const again: string[] = [];
    await one.page.attach(id, { onSettled: () => again.push('settled') });
    await waitFor('the end again', () => again.length === 1);
  });

  test('finds no execution that the page has no access to, and none that is unknown', async () => {
    const { one, engine } = twoWindows();
    const { id } = await engine.run(sh('true'));
    for (const unknown of [id, randomUUID(), 'constructor']) {
      expect(await rejection(one.page.attach(unknown))).toMatchObject({
        code: 'ERR_EXECUTION_NOT_FOUND',
      });
    }
  });
});

describe('removed in a page', () => {
  test('reports executions of the window only, and frees their ids', async () => {
    const { one, two, engine } = twoWindows();
    const removed: string[][] = [[], []];
    one.page.on('removed', ({ executionId, reason }) => removed[0]?.push(executionId, reason));
    two.page.on('removed', ({ executionId }) => removed[1]?.push(executionId));
    const mine = await one.page.run(sh('true'));
    const other = await two.page.run(sh('true'));
    await Promise.all([mine.result(), other.result()]);
    await engine.removeExecution(mine.id);
    await waitFor('the removal', () => removed[0]?.length === 2);
    await engine.removeExecution(other.id);
    await waitFor('the other', () => removed[1]?.length === 1);
    expect(removed).toEqual([[mine.id, 'request'], [other.id]]);
    // The id is used again, by another part of the app.
    await engine.run(sh('true', { id: mine.id }));
    expect(await rejection(one.page.getStatus(mine.id))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
  });
});
