import { randomUUID } from 'node:crypto';
import type { WireEvent } from 'escher-execution-engine/bridge';
import { request, startBridge, started } from '../../support/bridge';

const ID = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e';

describe('commands of the protocol', () => {
  test('every method of the engine has a command', async () => {
    const bridge = startBridge(
      '--set',
      'max_concurrent_executions=1',
      '--set',
      'max_queued_executions=1',
    ).read();
    const id = `${ID}07`;
    const execute = {
      request: request('read line; echo "got $line"; sleep 60', { id, stdin: 'pipe' }),
    };
    expect(await bridge.ask('execute', execute)).toMatchObject({ payload: { id } });
    const waiting = `${ID}08`;
    await bridge.ask('execute', { request: request('true', { id: waiting }) });
    await started(bridge);
    const asked = async (type: string, fields: object = {}): Promise<unknown> => {
      const answer = await bridge.ask(type, fields);
      return 'error' in answer ? answer.error.code : answer.payload;
    };
    expect(await asked('get_status', { id })).toBe('running');
    expect(await asked('get_status', { id: waiting })).toBe('pending');
    expect(await asked('running_count')).toBe(1);
    expect(await asked('queued_count')).toBe(1);
    expect(await asked('get_result', { id })).toBeNull();
    expect(await asked('remove_execution', { id })).toBe('ERR_EXECUTION_ACTIVE');
    expect(await asked('wait_for_completion', { id, timeout_ms: 1 })).toBe('ERR_WAIT_TIMEOUT');
    expect(await asked('kill', { id, signal: 0 })).toBe(true);
    expect(await asked('kill', { id, signal: 'SIGNONE' })).toBe('ERR_UNKNOWN_SIGNAL');
    expect(await asked('list', { status: ['pending'] })).toMatchObject([
      { id: waiting, duration: { secs: 0, nanos: 0 }, command: 'true' },
    ]);
    expect(await asked('execute', { request: request('true') })).toBe('ERR_CONCURRENCY_LIMIT');
    expect(await asked('execute', { request: request('true', { id }) })).toBe('ERR_DUPLICATE_ID');
    expect(await asked('add_secret', { text: 'hunter2-and-more' })).toBeNull();
    expect(await asked('add_secret', { text: 'no' })).toBe('ERR_VALIDATION');
    expect(await asked('add_secret')).toBe('ERR_INVALID_ARG_TYPE');
    expect(await asked('send_input', { id, data: { base64: 'aGk=' } })).toBeNull();
    expect(await asked('send_input', { id, data: '!\n' })).toBeNull();
    expect(await asked('close_input', { id })).toBeNull();
    await bridge.message('the echo', (one) => JSON.stringify(one).includes('"line":"got hi!"'));
    expect(await asked('cancel', { id })).toBe(true);
    expect(await asked('wait_for_completion', { id })).toMatchObject({
      status: 'cancelled',
      stdout: 'got hi!\n',
    });
    expect(await asked('on_idle')).toBeNull();
    expect(await asked('get_result', { id, encoding: 'buffer' })).toMatchObject({
      stdout: { base64: Buffer.from('got hi!\n').toString('base64') },
    });
    expect(await asked('stats')).toMatchObject({ counts: { cancelled: 1, completed: 1 } });
    expect(await asked('stop_cleanup_task')).toBeNull();
    expect(await asked('start_cleanup_task')).toBeNull();
    expect(await asked('cleanup')).toBe(0);
    expect(await asked('remove_execution', { id })).toBeNull();
    expect(await asked('get_status', { id })).toBe('ERR_EXECUTION_NOT_FOUND');
    expect(await asked('read_lines', { id })).toBe('ERR_EXECUTION_NOT_FOUND');
    expect(await asked('hello')).toMatchObject({
      protocol: 1,
      pid: bridge.pid,
      config: { max_concurrent_executions: 1, oversized_output_strategy: 'TruncateWithWarning' },
    });
    expect(await asked('shutdown', { grace_ms: 0 })).toEqual({ survivors: [] });
    expect(await bridge.ended).toEqual({ code: 0, signal: null });
  });

  test.each([[-5], ['NaN']])(
    'a timeout of %j ms is out of range for any execution',
    async (timeout) => {
      const bridge = startBridge().read();
      const id = `${ID}14`;
      await bridge.ask('execute', { request: request('sleep 60', { id }) });
      const own = await bridge.ask('wait_for_completion', { id, timeout_ms: timeout });
      expect(own).toMatchObject({ error: { code: 'ERR_OUT_OF_RANGE' } });
      const others = { id: randomUUID(), timeout_ms: timeout };
      expect({ ...(await bridge.ask('wait_for_completion', others)), seq: own.seq }).toEqual(own);
    },
  );

  test('an error uses the names of the wire', async () => {
    const bridge = startBridge().read();
    const request = { command: { type: 'aws_cli', operation: 'ls' } };
    expect(await bridge.ask('execute', { request })).toMatchObject({
      error: {
        reason: 'MISSING_FIELD',
        message: 'Validation error: "request.command.service" is required for the type "aws_cli"',
      },
    });
  });

  test('execute is answered before all events', async () => {
    const bridge = startBridge('--wait').read();
    for (let seq = 1; seq <= 20; seq++)
      bridge.send({ type: 'execute', seq, request: request('true') });
    bridge.child.stdin?.end();
    await bridge.ended;
    const known = new Set<string>();
    for (const message of bridge.messages) {
      if (message.type === 'response')
        known.add((message as { payload: { id: string } }).payload.id);
      if (message.type === 'event')
        expect(known).toContain((message.payload as WireEvent).execution_id);
    }
    expect(known.size).toBe(20);
  });

  test('a wait for a refused request rejects', async () => {
    const bridge = startBridge().read();
    const id = `${ID}12`;
    bridge.send(
      { type: 'execute', seq: 1, request: request('', { id }) },
      { type: 'wait_for_completion', seq: 2, id },
      { type: 'read_lines', seq: 3, id },
    );
    expect(await bridge.answer(1)).toMatchObject({ error: { reason: 'EMPTY_COMMAND' } });
    expect(await bridge.answer(2)).toMatchObject({ error: { reason: 'EMPTY_COMMAND' } });
    expect(await bridge.answer(3)).toMatchObject({ payload: null });
  });

  test('lines have the requested form', async () => {
    const bridge = startBridge().read();
    const two = 'echo 1; echo 2';
    for (const [seq, output] of [
      [101, 'lines'],
      [102, 'batches'],
      [103, 'none'],
    ] as const) {
      bridge.send({ type: 'execute', seq, output, result: false, request: request(two) });
    }
    await bridge.ask('on_idle');
    const of = async (seq: number): Promise<string[]> => {
      const { id } = ((await bridge.answer(seq)) as { payload: { id: string } }).payload;
      const events = bridge.events().filter((event) => event.execution_id === id);
      return events.map((event) => event.event_type).filter((type) => /out/.test(type));
    };
    expect(await of(101)).toEqual(['stdout', 'stdout']);
    expect([...new Set(await of(102))]).toEqual(['output']);
    expect(await of(103)).toEqual([]);
    expect(bridge.results()).toEqual([]);
  });
});
