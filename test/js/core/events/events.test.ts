import { readFileSync } from 'node:fs';
import type { ExecutionRequest } from 'escher-execution-engine';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import {
  type EventName,
  joined,
  names,
  payloads,
  type Recorded,
  record,
} from '../../support/events';
import { present } from '../../support/expectations';
import { tempFile } from '../../support/temp';
import { blockUntil } from '../../support/wait';

const terminal: EventName[] = ['completed', 'failed', 'timeout', 'cancelled'];
const isTerminal = ({ event }: Recorded) => terminal.includes(event);

/** One request for each way to end. */
const endings: [status: EventName, request: ExecutionRequest][] = [
  ['completed', sh('echo a; echo b >&2; printf c')],
  ['failed', sh('echo a; echo b >&2; printf c; exit 3')],
  ['timeout', sh(`echo a; echo b >&2; ${LONG}`, { timeoutMs: 800 })],
  ['cancelled', sh(`echo a; echo b >&2; ${LONG}`, { metadata: { cancel: true } })],
];

describe.each(endings)('the events of an execution that ends as %s', (status, request) => {
  async function recordOne() {
    const engine = makeEngine();
    const events = record(engine);
    const id = await engine.execute(request);
    if (request.metadata?.cancel) {
      // The last of its lines.
      engine.on('stderr', () => void engine.cancel(id));
    }
    // Rejects for no ending of the table.
    await engine.waitForCompletion(id);
    return { engine, events, id };
  }

  test('begin with started and end with exactly one terminal event and settled', async () => {
    const { events } = await recordOne();
    const order = names(events).filter((name) => name !== 'statusChanged');
    expect(order[0]).toBe('started');
    expect(order.slice(-2)).toEqual([status, 'settled']);
    expect(events.filter(isTerminal)).toHaveLength(1);
    expect(order.filter((name) => name === 'started' || name === 'settled')).toHaveLength(2);
  });

  test('report every change of status', async () => {
    const { events, id } = await recordOne();
    const changes = payloads(events, 'statusChanged');
    expect(changes.map(({ oldStatus, newStatus }) => [oldStatus, newStatus])).toEqual([
      ['pending', 'running'],
      ['running', status],
    ]);
    expect(changes.every(({ executionId }) => executionId === id)).toBe(true);
    // The end is behind all of them.
    expect(names(events).lastIndexOf('statusChanged')).toBeLessThan(names(events).indexOf(status));
  });

  test('number the lines over both streams without a gap, each stream in order', async () => {
    const { events } = await recordOne();
    const lines = payloads(events, 'stdout', 'stderr');
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
    expect(joined(events, 'stdout')).toMatch(/^a\n(c\n)?$/);
    expect(joined(events, 'stderr')).toBe('b\n');
  });

  test('give the same lines in batches as one by one', async () => {
    const { events } = await recordOne();
    const batched = payloads(events, 'output').flatMap(({ stream, lines, firstSeq, partial }) =>
      lines.map((line, index) => ({
        stream,
        line,
        seq: firstSeq + index,
        partial: partial && index === lines.length - 1,
      })),
    );
    const single = events
      .filter(({ event }) => event === 'stdout' || event === 'stderr')
      .map(({ event, payload: { line, seq, partial } }) => ({ stream: event, line, seq, partial }));
    expect(batched).toEqual(single);
    expect(single.length).toBeGreaterThan(0);
  });

  test('are plain data with an id and a timestamp', async () => {
    const before = Date.now();
    const { events, id } = await recordOne();
    const after = Date.now();
    for (const { payload } of events) {
      expect(structuredClone(payload)).toEqual(payload);
      expect(JSON.parse(JSON.stringify(payload))).toEqual(payload);
      expect(payload.executionId).toBe(id);
      expect(payload.timestamp).toBeGreaterThanOrEqual(before - 1);
      expect(payload.timestamp).toBeLessThanOrEqual(after + 1);
    }
  });

  test('carry the documented fields', async () => {
    const { events, engine, id } = await recordOne();
    const { stdout: _, stderr: __, ...outcome } = present(await engine.getResult(id));
    for (const { event, payload } of events) {
      const { executionId, timestamp, key, ...rest } = payload;
      const fields = Object.keys(rest).sort();
      expect(key).toBeNull();
      if (event === 'started') expect(fields).toEqual(['command', 'pid']);
      else if (event === 'output')
        expect(fields).toEqual(['firstSeq', 'lines', 'partial', 'stream']);
      else if (event === 'stdout' || event === 'stderr')
        expect(fields).toEqual(['line', 'partial', 'seq']);
      else if (event === 'statusChanged') expect(fields).toEqual(['newStatus', 'oldStatus']);
      else expect(rest).toEqual({ result: outcome });
    }
    const [started] = payloads(events, 'started');
    expect(started).toMatchObject({ pid: outcome.pid, command: outcome.command });
    const [end, settled] = payloads(events, status, 'settled');
    expect(settled).toEqual(end);
    expect(outcome.status).toBe(status);
  });
});

describe('events', () => {
  test('are all emitted before waitForCompletion settles', async () => {
    const engine = makeEngine();
    const events = record(engine);
    const id = await engine.execute(sh('seq 1 1000'));
    await engine.waitForCompletion(id);
    const count = events.length;
    expect(names(events).at(-1)).toBe('settled');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events).toHaveLength(count);
  });

  test('are all emitted before the promise of run() settles', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('seq 1 1000'));
    const events = record(execution);
    await execution;
    expect(names(events).at(-1)).toBe('settled');
    expect(payloads(events, 'stdout')).toHaveLength(1000);
  });

  test('are emitted on the engine and on the handle', async () => {
    const engine = makeEngine();
    const everybody = record(engine);
    const [first, second] = [engine.run(sh('echo one')), engine.run(sh('echo two'))];
    const [ofFirst, ofSecond] = [record(first), record(second)];
    await Promise.all([first, second]);
    expect(payloads(ofFirst, 'stdout').map(({ line }) => line)).toEqual(['one']);
    expect(payloads(ofSecond, 'stdout').map(({ line }) => line)).toEqual(['two']);
    expect(everybody).toHaveLength(ofFirst.length + ofSecond.length);
    expect(everybody.filter(({ payload }) => payload.executionId === first.id)).toEqual(ofFirst);
  });

  test('of an execution cancelled in the queue are the terminal ones only', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const blocker = engine.run(sh(LONG));
    const waiting = engine.run(sh('echo never'));
    const events = record(waiting);
    await waiting.cancel();
    await waiting;
    expect(names(events)).toEqual(['statusChanged', 'cancelled', 'settled']);
    expect(payloads(events, 'statusChanged')[0]).toMatchObject({
      oldStatus: 'pending',
      newStatus: 'cancelled',
    });
    await blocker.cancel();
  });

  test('never include "error", and need no listener for it', async () => {
    const engine = makeEngine();
    let errors = 0;
    (engine as unknown as { on(name: string, listener: () => void): void }).on('error', () => {
      errors++;
    });
    await engine.run(sh('exit 1'));
    await engine.run(exec('/nonexistent')).catch(() => undefined);
    await engine.run(sh(LONG, { timeoutMs: 50 }));
    expect(errors).toBe(0);
  });

  test('reach a listener that is added to the engine after the admission', async () => {
    const engine = makeEngine();
    const outputLogPath = tempFile('log', '');
    const pending = engine.execute(sh('echo one; read _', { stdin: 'pipe', outputLogPath }));
    // The event loop stands still until the engine has read the line.
    blockUntil('the line', () => readFileSync(outputLogPath, 'utf8').includes('one'));
    const id = await pending;
    const line = new Promise((resolve) => engine.once('stdout', resolve));
    expect(await line).toMatchObject({ executionId: id, line: 'one', seq: 0 });
  });

  test('reach a listener of once() once, and none after off()', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo 1; echo 2; echo 3'));
    const seen: string[] = [];
    const off = ({ line }: { line: string }) => seen.push(`off ${line}`);
    execution.once('stdout', ({ line }) => seen.push(`once ${line}`));
    execution.on('stdout', off);
    execution.off('stdout', off);
    await execution;
    expect(seen).toEqual(['once 1']);
  });

  test('a late listener receives later events only', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo early; read _; echo late', { stdin: 'pipe' }));
    await new Promise((resolve) => execution.once('stdout', resolve));
    const events = record(execution, ['stdout']);
    execution.stdin.end('\n');
    await execution;
    expect(payloads(events, 'stdout').map(({ line, seq }) => ({ line, seq }))).toEqual([
      { line: 'late', seq: 1 },
    ]);
  });

  test('a listener may call the engine', async () => {
    const engine = makeEngine();
    const nested: PromiseLike<unknown>[] = [];
    engine.once('stdout', ({ executionId }) => {
      nested.push(engine.getStatus(executionId), engine.run(sh('echo nested')), engine.stats());
    });
    await engine.run(sh('echo outer'));
    const [status, result] = await Promise.all(nested);
    expect(status).toMatch(/^(running|completed)$/);
    expect(result).toMatchObject({ stdout: 'nested\n' });
  });

  test('getStatus() in a listener is at least as recent as the event', async () => {
    const engine = makeEngine();
    const asked: Promise<string>[] = [];
    engine.on('settled', ({ executionId }) => asked.push(engine.getStatus(executionId)));
    await Promise.all(Array.from({ length: 20 }, () => engine.run(exec('/bin/true'))));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['completed']));
  });

  test('a listener added in the same turn as run() misses nothing', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 200 });
    const counts = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const execution = engine.run(sh('echo 1; echo 2 >&2'));
        const events = record(execution);
        await execution;
        return [payloads(events, 'started').length, payloads(events, 'stdout', 'stderr').length];
      }),
    );
    expect(new Set(counts.map(String))).toEqual(new Set(['1,2']));
  });

  test('in a terminal listener the result is available and can be removed', async () => {
    const engine = makeEngine();
    const results: Promise<unknown>[] = [];
    engine.on('settled', ({ executionId }) => {
      results.push(engine.getResult(executionId), engine.removeExecution(executionId));
    });
    const executions = Array.from({ length: 20 }, () => engine.run(sh('echo hi')));
    for (const { stdout } of await Promise.all(executions)) expect(stdout).toBe('hi\n');
    for (const result of (await Promise.all(results)).filter(Boolean)) {
      expect(result).toMatchObject({ status: 'completed', stdout: 'hi\n' });
    }
    expect(results).toHaveLength(40);
    expect(await engine.listExecutions()).toEqual([]);
  });

  test('many executions each keep their order', async () => {
    const engine = makeEngine();
    const events = record(engine, ['started', 'stdout', 'settled']);
    const executions = Array.from({ length: 40 }, (_, index) =>
      engine.run(sh(`seq ${index} ${index + 50}`)),
    );
    await Promise.all(executions);
    executions.forEach(({ id }, index) => {
      const own = events.filter(({ payload }) => payload.executionId === id);
      expect(names(own).filter((name) => name !== 'stdout')).toEqual(['started', 'settled']);
      expect(names(own)[0]).toBe('started');
      expect(names(own).at(-1)).toBe('settled');
      expect(payloads(own, 'stdout').map(({ line }) => Number(line))).toEqual(
        Array.from({ length: 51 }, (_, offset) => index + offset),
      );
    });
  });
});
