/** An id of an execution that the engine does not know is unknown to the connection too. */

import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Bridge, collect, connectedPair, startBridge } from '../../support/bridge';
import { sh } from '../../support/commands';
import { rejection } from '../../support/expectations';
import { tempDir } from '../../support/temp';
import { blockUntil, waitFor } from '../../support/wait';

const UNKNOWN = { code: 'ERR_EXECUTION_NOT_FOUND' };
const id = '5a0a1f86-4d0f-4a0c-9f5b-0e6f6a1f2c11';

describe('the id of an execution that was aborted before it came', () => {
  test('is unknown after its end, to every command', async () => {
    const bridge = startBridge().read();
    const request = { id, command: { type: 'shell', command: 'true' } };
    bridge.send({ type: 'execute', seq: 100, aborted: true, request });
    expect(await bridge.answer(100)).toMatchObject({ payload: { id } });
    await bridge.event('cancelled');
    for (const [type, fields] of [
      ['attach', {}],
      ['get_result', {}],
      ['get_result', { run: 100 }],
      ['get_result', { redacted: false }],
      ['read_lines', {}],
      ['watch', { output: 'lines' }],
    ] as const) {
      expect(await bridge.ask(type, { id, ...fields })).toMatchObject({ error: UNKNOWN });
    }
  });

  test('is free for the next execution', async () => {
    const { client } = await connectedPair();
    const aborted = client.run(sh('echo one', { id }), { signal: AbortSignal.abort() });
    expect(await aborted).toMatchObject({ status: 'cancelled' });
    const next = client.run(sh('echo two', { id }));
    expect(await collect(next.lines())).toEqual(['two']);
    expect(await client.getResult(id)).toMatchObject({ stdout: 'two\n' });
  });

  test('leaves a handle that has no lines, before and after its end', async () => {
    const { client } = await connectedPair();
    const run = client.run(sh('echo one'), { signal: AbortSignal.abort() });
    expect(await collect(run.lines())).toEqual([]);
    await run;
    expect(await collect(run.lines())).toEqual([]);
    expect(await rejection(client.attach(run.id).result)).toMatchObject(UNKNOWN);
  });
});

describe('an id that is used again at once', () => {
  const first = { id, command: { type: 'shell', command: 'echo first' } };
  const second = {
    id,
    command: { type: 'shell', command: 'read line; echo "$line"' },
    stdin: 'pipe',
    capture: 'raw',
  };
  async function removed(bridge: Bridge): Promise<void> {
    bridge.send({ type: 'execute', seq: 101, request: first, output: 'none' });
    await bridge.ask('wait_for_completion', { id, run: 101 });
    bridge.send({ type: 'remove_execution', seq: 102, id });
  }
  async function removedAndAnswered(bridge: Bridge): Promise<void> {
    await removed(bridge);
    await bridge.answer(102);
  }
  async function aborted(bridge: Bridge): Promise<void> {
    bridge.send({ type: 'execute', seq: 101, aborted: true, request: first });
  }
  /** `had`: what has had the id before. */
  async function usedAgain(had: (bridge: Bridge) => Promise<void>): Promise<Bridge> {
    const bridge = startBridge('--raw-capture').read();
    await had(bridge);
    bridge.send({ type: 'execute', seq: 104, request: second, output: 'none' });
    return bridge;
  }

  describe.each([
    ['after a removal', removed],
    ['after a removal that was answered', removedAndAnswered],
    ['after an execution without a process', aborted],
  ])('%s', (_, had) => {
    test('a command with the run of the old one does not reach the new one', async () => {
      const bridge = await usedAgain(had);
      const commands = ['cancel', 'kill', 'close_input', 'get_status', 'remove_execution'];
      bridge.send(...commands.map((type, at) => ({ type, seq: 50 + at, id, run: 101 })));
      for (const at of commands.keys()) {
        expect(await bridge.answer(50 + at)).toMatchObject({ error: UNKNOWN });
      }
      await bridge.ask('send_input', { id, data: 'alive\n' });
      expect(await bridge.ask('wait_for_completion', { id, run: 104 })).toMatchObject({
        payload: { status: 'completed', stdout: 'alive\n' },
      });
    });

    test('commands that follow the request reach the new one', async () => {
      const bridge = await usedAgain(had);
      bridge.send(
        { type: 'get_result', seq: 60, id, redacted: false },
        { type: 'attach', seq: 61, id },
        { type: 'watch', seq: 62, id, output: 'lines' },
        { type: 'read_lines', seq: 63, id },
        { type: 'send_input', seq: 64, id, run: 104, data: 'heard\n' },
        { type: 'close_input', seq: 65, id, run: 104 },
        { type: 'wait_for_completion', seq: 66, id, run: 104 },
      );
      expect(await bridge.answer(60)).toMatchObject({ payload: null });
      expect(await bridge.answer(61)).toMatchObject({ payload: { run: 104, result: null } });
      for (const seq of [62, 63, 64, 65]) {
        expect(await bridge.answer(seq)).not.toHaveProperty('error');
      }
      expect(await bridge.answer(66)).toMatchObject({ payload: { stdout: 'heard\n' } });
      expect(await bridge.event('stdout')).toMatchObject({ payload: { line: 'heard' } });
    });
  });

  test('a record that is removed cannot be attached, whether or not that was reported', async () => {
    const bridge = startBridge().read();
    await removedAndAnswered(bridge);
    expect(await bridge.ask('attach', { id })).toMatchObject({ error: UNKNOWN });
  });
});

test('the id of an execution whose record is dropped before its admission is reported is free', async () => {
  // Overflow files are removed together with their records.
  const overflowDir = tempDir();
  const { client, engine } = await connectedPair({
    maxInMemoryExecutions: 1,
    overflowDir,
    maxOutputSizeBytes: 0,
    oversizedOutputStrategy: 'streamToFile',
  });
  const markers = tempDir();
  const ids = Array.from({ length: 12 }, () => randomUUID());
  // A pass begins when the records exceed their maximum.
  const left = 2;
  const haveEnded = () => readdirSync(markers).length === ids.length && files(overflowDir) <= left;
  // The program reads no report of the engine before all of them have ended, and most are dropped.
  let unsent = ids.length;
  const run = engine.run.bind(engine) as (...given: unknown[]) => never;
  engine.run = (...given: unknown[]) => {
    const handle = run(...given);
    if (--unsent === 0) queueMicrotask(() => blockUntil('the removals', haveEnded));
    return handle;
  };
  const removed: string[] = [];
  client.on('removed', ({ executionId }) => removed.push(executionId));
  await Promise.all(
    ids.map((each) => client.run(sh(`echo x; touch ${join(markers, each)}`, { id: each }))),
  );
  await waitFor('the events', () => removed.length >= ids.length - left);
  for (const each of removed) {
    expect(await rejection(client.attach(each).result)).toMatchObject(UNKNOWN);
  }
});

const files = (directory: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .length;
