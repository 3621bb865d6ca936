import { readFileSync } from 'node:fs';
import { request, startBridge } from '../../support/bridge';
import { fixture } from '../../support/repository';

const ID = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e';

const readFixture = (name: string): string => readFileSync(fixture('bridge', name), 'utf8');

describe('requests of the crate', () => {
  test.each([
    ['exec.json', `${ID}01`, { exit_code: 0, stdout: 'a b\nc\n', status: 'completed' }],
    ['shell.json', `${ID}02`, { exit_code: 3, stdout: 'out\n', stderr: 'err\n', status: 'failed' }],
    ['script.json', `${ID}03`, { exit_code: 0, stdout: '', status: 'completed' }],
    [
      'aws_cli.json',
      `${ID}04`,
      {
        exit_code: 0,
        stdout:
          '<ec2>\n<describe-instances>\n<--max-items>\n<5>\n<--profile>\n<production>\n<--region>\n<us-east-1>\n',
      },
    ],
  ])('%s runs', async (name, id, result) => {
    const bridge = startBridge('--wait').read();
    bridge.write(readFixture(name));
    bridge.child.stdin?.end();
    expect(await bridge.ended).toEqual({ code: 0, signal: null });
    expect(bridge.results()).toEqual([expect.objectContaining({ id, ...result })]);
    expect(bridge.errors()).toEqual([]);
    expect(bridge.stderr).toBe('');
  });

  test('emit the messages of the crate: started, lines, the end, and the whole result', async () => {
    const bridge = startBridge('--wait').read();
    bridge.write(readFixture('exec.json'));
    bridge.child.stdin?.end();
    await bridge.ended;
    const types = bridge.events().map((event) => event.event_type);
    expect(types.filter((type) => type !== 'status_changed')).toEqual([
      'started',
      'stdout',
      'stdout',
      'completed',
    ]);
    expect(bridge.messages.at(-1)).toMatchObject({ type: 'result' });
    for (const event of bridge.events()) {
      expect(event.execution_id).toBe(`${ID}01`);
      expect(event.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    expect(bridge.events().filter(({ event_type: type }) => type === 'stdout')).toMatchObject([
      { line: 'a b', seq: 0, partial: false },
      { line: 'c', seq: 1, partial: false },
    ]);
    const [result] = bridge.results();
    expect(bridge.events().at(-1)).toMatchObject({ event_type: 'completed', result });
    expect(result?.metadata).toEqual({
      source: 'server',
      conversation_id: '0b6b4a0e-7f57-4b58-8f0e-0d6a5d2c9a11',
      tags: { environment: 'test', region: 'eu-central-1' },
    });
    const { secs, nanos } = result?.duration ?? { secs: -1, nanos: -1 };
    expect(secs * 1e3 + nanos / 1e6).toBeCloseTo(result?.duration_ms ?? 0, 5);
  });

  test('a refused request is an error with its id', async () => {
    const bridge = startBridge('--wait').read();
    const wire = JSON.parse(readFixture('exec.json'));
    bridge.send({ ...wire, working_dir: '/no/such/directory' });
    bridge.child.stdin?.end();
    await bridge.ended;
    expect(bridge.messages).toEqual([
      {
        type: 'error',
        payload: {
          code: 'ERR_VALIDATION',
          reason: 'WORKING_DIR_NOT_FOUND',
          name: 'ExecutionError',
          message: 'Validation error: "working_dir" does not exist: \'/no/such/directory\'',
          retryable: false,
          execution_id: `${ID}01`,
          line: 1,
        },
      },
    ]);
  });

  test('a timeout and a cancellation have their own events', async () => {
    const bridge = startBridge().read();
    bridge.send(request('echo begun; sleep 60', { id: `${ID}05`, timeout_ms: 200 }));
    bridge.send(request('sleep 60', { id: `${ID}06` }));
    expect((await bridge.event('timeout')).payload).toMatchObject({
      timeout_ms: 200,
      result: { exit_code: -1, signal: 'SIGTERM', error: 'Execution timeout after 200ms' },
    });
    expect(await bridge.ask('cancel', { id: `${ID}06` })).toMatchObject({ payload: true });
    expect((await bridge.event('cancelled')).payload.execution_id).toBe(`${ID}06`);
  });
});

describe('an invalid line', () => {
  const long = `{"command":{"type":"exec","program":"${'x'.repeat(2000)}"}}`;
  const bad: [string, string | Uint8Array, string, RegExp][] = [
    ['no JSON', 'hello', 'ERR_SERIALIZATION', /line 1: it is not JSON: /],
    ['half an object', '{"command":', 'ERR_SERIALIZATION', /it is not JSON: /],
    ['an array', '[1]', 'ERR_SERIALIZATION', /it is not a JSON object/],
    ['null', 'null', 'ERR_SERIALIZATION', /it is not a JSON object/],
    ['nothing', '', 'ERR_SERIALIZATION', /it is empty/],
    ['blanks', ' \t\r', 'ERR_SERIALIZATION', /it is empty/],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'ERR_SERIALIZATION', /it is not UTF-8/],
    ['too long', long, 'ERR_SERIALIZATION', /it has 2041 bytes, and at most 1024 are allowed/],
    ['an unknown type', '{"type":"cancle"}', 'ERR_INVALID_ARG_VALUE', /"cancel"/],
    ['a type of Object', '{"type":"toString"}', 'ERR_INVALID_ARG_VALUE', /unknown: 'toString'/],
    ['a type that is not text', '{"type":1}', 'ERR_INVALID_ARG_TYPE', /"type" argument/],
    ['an unknown field', '{"type":"stats","sec":1}', 'ERR_INVALID_ARG_VALUE', /"stats.sec".*"seq"/],
    ['a seq that is none', '{"type":"stats","seq":"1"}', 'ERR_INVALID_ARG_TYPE', /"seq"/],
    ['a misspelt request', '{"comand":{}}', 'ERR_INVALID_ARG_VALUE', /"request.comand".*"command"/],
    ['an empty request', '{}', 'ERR_VALIDATION', /"request.command" is required/],
    ['a wrong type', '{"command":{"type":"exec","program":1}}', 'ERR_INVALID_ARG_TYPE', /program/],
  ];

  test.each(bad)('%s is answered and does not end the bridge', async (_, line, code, message) => {
    const bridge = startBridge('--max-line-bytes', '1024').read();
    bridge.write(line);
    bridge.write('\r\n{"type":"running_count","seq":7}\r\n');
    expect(await bridge.answer(7)).toEqual({ type: 'response', seq: 7, payload: 0 });
    const error = await bridge.message('an error', (one) => one.type === 'error');
    expect(error).toMatchObject({ payload: { code, line: 1 } });
    expect((error as { payload: { message: string } }).payload.message).toMatch(message);
  });

  test('a last line without a terminator is handled', async () => {
    const bridge = startBridge('--wait').read();
    bridge.child.stdin?.end('{"type":"running_count","seq":1}');
    await bridge.ended;
    expect(bridge.messages).toEqual([{ type: 'response', seq: 1, payload: 0 }]);
  });

  test('a line can arrive in pieces', async () => {
    const bridge = startBridge('--wait').read();
    const bytes = Buffer.from(`${JSON.stringify(request('echo "ä€😀"'))}\n`);
    for (const byte of bytes) bridge.write(Uint8Array.of(byte));
    bridge.child.stdin?.end();
    await bridge.ended;
    expect(bridge.results()).toMatchObject([{ stdout: 'ä€😀\n' }]);
  });
});
