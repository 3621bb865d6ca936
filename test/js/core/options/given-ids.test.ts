/**
 * Ids that the caller chooses, used again after the record of the earlier execution was dropped: a handle never reads
 * or ends the later execution.
 */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Transform } from 'node:stream';
import type { Execution, ExecutionEngineApi, ExecutionResult } from 'escher-execution-engine';
import { connectBridge, serveBridge } from 'escher-execution-engine/bridge';
import { connectedPair } from '../../support/bridge';
import { sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError } from '../../support/expectations';
import { tempDir } from '../../support/temp';
import { blockUntil, waitFor } from '../../support/wait';

async function linesOf(execution: Execution): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of execution.lines()) lines.push(line);
  return lines;
}

async function bytesOf(execution: Execution): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of execution.readable('stdout', { encoding: 'buffer' })) {
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString();
}

const places: [string, () => Promise<ExecutionEngineApi>][] = [
  ['here', async () => makeEngine()],
  ['over the bridge', async () => (await connectedPair()).client],
];

describe.each(places)('%s: the handle of the earlier execution', (_, place) => {
  test('neither reads nor ends the later one', async () => {
    const engine = await place();
    const id = randomUUID();
    const former = engine.run(sh('echo former', { id }));
    expect((await former).stdout).toBe('former\n');
    await engine.removeExecution(id);
    const latter = engine.run(sh('echo latter; read _', { id, stdin: 'pipe' }));
    await new Promise((resolve) => latter.once('stdout', resolve));

    expect((await executionError(linesOf(former))).code).toBe('ERR_EXECUTION_NOT_FOUND');
    expect((await executionError(bytesOf(former))).code).toMatch(/^ERR_(IO|EXECUTION_NOT_FOUND)$/);
    expect(await former.kill('SIGKILL')).toBe(false);
    expect(await former.cancel()).toBe(false);

    expect(await engine.getStatus(id)).toBe('running');
    latter.stdin.end('\n');
    expect(await latter).toMatchObject({ status: 'completed', stdout: 'latter\n' });
    expect(await linesOf(latter)).toEqual(['latter']);
    expect(await bytesOf(latter)).toBe('latter\n');
    expect((await executionError(bytesOf(former))).code).toMatch(/^ERR_(IO|EXECUTION_NOT_FOUND)$/);
  });
});

test('an execution keeps its identity until its end is reported', async () => {
  const engine = makeEngine({ executionRetentionSecs: 0, cleanupIntervalMs: 1 });
  const marker = join(tempDir(), 'marker');
  const id = randomUUID();
  const former = engine.run(sh('echo former', { id, stdin: 'pipe' }));
  const result = former.result;
  const latter: Promise<ExecutionResult>[] = [];
  // The event loop is blocked: the end of the earlier execution is delivered after the later one is requested.
  blockUntil('the start of the later execution', () => {
    const request = sh(`echo latter; touch ${marker}; read _`, { id, stdin: 'pipe' });
    latter.push(engine.run(request).result);
    return existsSync(marker);
  });
  const settled = Promise.allSettled(latter);
  const ended = [former.cancel(), former.kill('SIGKILL')];
  expect(await linesOf(former)).toEqual(['former']);
  expect(await Promise.all(ended)).toEqual([false, false]);
  expect(await result).toMatchObject({ status: 'completed', stdout: 'former\n' });

  expect(await engine.getStatus(id)).toBe('running');
  await engine.closeInput(id);
  const ends = await settled;
  const results = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  expect(results).toMatchObject([{ status: 'failed', exitCode: 1, stdout: 'latter\n' }]);
  for (const end of ends) {
    if (end.status === 'rejected') {
      expect(end.reason).toMatchObject({ code: 'ERR_DUPLICATE_ID' });
    }
  }
});

describe.each(places)('%s: an execution that is aborted before it starts', (_, place) => {
  test('is rejected if its id is in use, and the execution with that id continues', async () => {
    const engine = await place();
    const id = randomUUID();
    const former = engine.run(sh('echo former; read _', { id, stdin: 'pipe' }));
    const ends: string[] = [];
    for (const emitter of [engine, former]) {
      emitter.on('settled', ({ result }) => ends.push(result.status));
    }
    await new Promise((resolve) => former.once('stdout', resolve));
    const aborted = { signal: AbortSignal.abort() };
    expect((await executionError(engine.run(sh('true', { id }), aborted))).message).toBe(
      (await executionError(engine.run(sh('true', { id })))).message,
    );
    expect(ends).toEqual([]);
    expect(former.pid).toEqual(expect.any(Number));
    former.stdin.end('\n');
    expect(await former).toMatchObject({ status: 'completed', stdout: 'former\n' });
    expect(ends).toEqual(['completed', 'completed']);

    const late = await executionError(engine.run(sh('true', { id }), aborted));
    expect(late.code).toBe('ERR_DUPLICATE_ID');
    expect(await engine.getResult(id)).toMatchObject({ status: 'completed', stdout: 'former\n' });
    await engine.removeExecution(id);
    expect(await engine.run(sh('true', { id }), aborted)).toMatchObject({ id, pid: null });
  });

  test('is rejected if its id is not a UUID', async () => {
    const engine = await place();
    const request = sh('true', { id: 'nonsense' });
    const error = await executionError(engine.run(request, { signal: AbortSignal.abort() }));
    expect(error.reason).toBe('INVALID_ID');
    expect(error.message).toBe((await executionError(engine.run(request))).message);
  });
});

/** Holds data back until it is opened. */
class Gate extends Transform {
  #open: (() => void) | undefined;
  #isClosed = false;

  close(): void {
    this.#isClosed = true;
  }

  open(): void {
    this.#isClosed = false;
    this.#open?.();
  }

  override _transform(chunk: Buffer, _: string, done: (error: null, chunk: Buffer) => void): void {
    if (this.#isClosed) this.#open = () => done(null, chunk);
    else done(null, chunk);
  }
}

test('over the bridge, two executions with one id each get their own end, even if the first arrives late', async () => {
  const engine = makeEngine({ executionRetentionSecs: 0, cleanupIntervalMs: 1 });
  const [there, back, gate] = [new PassThrough(), new PassThrough(), new Gate()];
  const served = serveBridge(engine, { readable: there, writable: back });
  const client = await connectBridge({ readable: back.pipe(gate), writable: there });
  const id = randomUUID();
  const ids: string[] = [];
  engine.on('settled', ({ executionId }) => ids.push(executionId));

  gate.close();
  const former = client.run(sh('echo former; exit 3', { id }));
  await waitFor('the end of the earlier execution', () => ids.length === 1);
  await waitFor(
    'its record to be dropped',
    async () => (await engine.listExecutions()).length === 0,
  );
  const latter = client.run(sh('echo latter', { id }));
  await waitFor('the end of the later execution', () => ids.length === 2);
  expect(ids).toEqual([id, id]);
  gate.open();

  expect(await former).toMatchObject({ status: 'failed', exitCode: 3, outputDropped: true });
  expect((await former).stdout).toBe('');
  expect(await latter).toMatchObject({ status: 'completed', exitCode: 0 });
  await client.shutdown();
  await served;
});
