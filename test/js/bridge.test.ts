import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Bridge, startBridge } from './support/bridge';
import { sh } from './support/commands';
import { present } from './support/expectations';
import { bytesWritten, groupToDie, MARK, processesMarked, statusField } from './support/processes';
import { fixture } from './support/repository';
import { tempFile } from './support/temp';
import { waitFor } from './support/wait';

const ID = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e';

const readFixture = (name: string): string => readFileSync(fixture('bridge', name), 'utf8');

/** A request of ours in the words of the wire. */
const request = (command: string, more: object = {}): object => ({ ...sh(command), ...more });

/** The pid of what a request runs, once it runs. */
async function started(bridge: Bridge): Promise<number> {
  const { payload } = await bridge.event('started');
  return (payload as { pid: number }).pid;
}

/** Starts what writes without end, and waits until it is held back. Gives its pid. */
async function startFlood(bridge: Bridge, command: string, more: object = {}): Promise<number> {
  const mark = randomUUID();
  bridge.send(request(`exec ${command}`, { ...more, env: { [MARK]: mark } }));
  return await standstill(mark);
}

/** Until what bears the mark runs and writes no more. Gives its pid. */
async function standstill(mark: string): Promise<number> {
  const pid = present(await waitFor('the flood', () => processesMarked(mark).at(0)));
  let [before, same] = [-1, 0];
  await waitFor('the flood to stand still', () => {
    const written = bytesWritten(pid);
    same = written === before && written > 0 ? same + 1 : 0;
    before = written;
    return same > 40;
  });
  return pid;
}

describe("the crate's own requests", () => {
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
  ])('%s', async (name, id, result) => {
    const bridge = startBridge('--wait').read();
    bridge.write(readFixture(name));
    bridge.child.stdin?.end();
    expect(await bridge.ended).toEqual({ code: 0, signal: null });
    expect(bridge.results()).toEqual([expect.objectContaining({ id, ...result })]);
    expect(bridge.errors()).toEqual([]);
    expect(bridge.stderr).toBe('');
  });

  test('are told of as the crate does: started, lines, the end, and the whole result', async () => {
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

  test('one that is refused is an error with its id', async () => {
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
          message: "Validation error: working_dir does not exist: '/no/such/directory'",
          retryable: false,
          execution_id: `${ID}01`,
          line: 1,
        },
      },
    ]);
  });

  test('timeouts and cancels have their own events', async () => {
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

describe('a bad line', () => {
  const long = `{"command":{"type":"exec","program":"${'x'.repeat(2000)}"}}`;
  const bad: [string, string | Uint8Array, string, RegExp][] = [
    ['no JSON', 'hello', 'ERR_SERIALIZATION', /line 1: it is no JSON: /],
    ['half an object', '{"command":', 'ERR_SERIALIZATION', /it is no JSON: /],
    ['an array', '[1]', 'ERR_SERIALIZATION', /it is no JSON object/],
    ['null', 'null', 'ERR_SERIALIZATION', /it is no JSON object/],
    ['nothing', '', 'ERR_SERIALIZATION', /it is empty/],
    ['blanks', ' \t\r', 'ERR_SERIALIZATION', /it is empty/],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'ERR_SERIALIZATION', /it is not UTF-8/],
    ['too long', long, 'ERR_SERIALIZATION', /it has 2041 bytes, and at most 1024 are allowed/],
    ['an unknown type', '{"type":"cancle"}', 'ERR_INVALID_ARG_VALUE', /"cancel"/],
    ['a type of Object', '{"type":"toString"}', 'ERR_INVALID_ARG_VALUE', /unknown: 'toString'/],
    ['a type that is no text', '{"type":1}', 'ERR_INVALID_ARG_TYPE', /"type" argument/],
    ['an unknown field', '{"type":"stats","sec":1}', 'ERR_INVALID_ARG_VALUE', /"stats.sec".*"seq"/],
    ['a seq that is none', '{"type":"stats","seq":"1"}', 'ERR_INVALID_ARG_TYPE', /"seq"/],
    ['a misspelt request', '{"comand":{}}', 'ERR_INVALID_ARG_VALUE', /"request.comand".*"command"/],
    ['an empty request', '{}', 'ERR_VALIDATION', /"request.command" is required/],
    ['a wrong type', '{"command":{"type":"exec","program":1}}', 'ERR_INVALID_ARG_TYPE', /program/],
  ];

  test.each(bad)('%s is answered, and never fatal', async (_, line, code, message) => {
    const bridge = startBridge('--max-line-bytes', '1024').read();
    bridge.write(line);
    bridge.write('\r\n{"type":"running_count","seq":7}\r\n');
    expect(await bridge.answer(7)).toEqual({ type: 'response', seq: 7, payload: 0 });
    const error = await bridge.message('an error', (one) => one.type === 'error');
    expect(error).toMatchObject({ payload: { code, line: 1 } });
    expect((error as { payload: { message: string } }).payload.message).toMatch(message);
  });

  test('a last line without its end counts', async () => {
    const bridge = startBridge('--wait').read();
    bridge.child.stdin?.end('{"type":"running_count","seq":1}');
    await bridge.ended;
    expect(bridge.messages).toEqual([{ type: 'response', seq: 1, payload: 0 }]);
  });

  test('lines may come in any pieces', async () => {
    const bridge = startBridge('--wait').read();
    const bytes = Buffer.from(`${JSON.stringify(request('echo "ä€😀"'))}\n`);
    for (const byte of bytes) bridge.write(Uint8Array.of(byte));
    bridge.child.stdin?.end();
    await bridge.ended;
    expect(bridge.results()).toMatchObject([{ stdout: 'ä€😀\n' }]);
  });
});

describe('commands', () => {
  test('every method is there', async () => {
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
    expect(await asked('shutdown', { grace_ms: 0 })).toBeNull();
    expect(await bridge.ended).toEqual({ code: 0, signal: null });
  });

  test.each([[-5], ['NaN']])(
    'a wait of %j milliseconds is out of range, whoever began what is waited for',
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

  test('an error speaks of the command as the line does', async () => {
    const bridge = startBridge().read();
    const request = { command: { type: 'aws_cli', operation: 'ls' } };
    expect(await bridge.ask('execute', { request })).toMatchObject({
      error: {
        reason: 'MISSING_FIELD',
        message: 'Validation error: "request.command.service" is required for the type "aws_cli"',
      },
    });
  });

  test('the answer to execute comes ahead of all events', async () => {
    const bridge = startBridge('--wait').read();
    for (let seq = 1; seq <= 20; seq++)
      bridge.send({ type: 'execute', seq, request: request('true') });
    bridge.child.stdin?.end();
    await bridge.ended;
    const known = new Set<string>();
    for (const message of bridge.messages) {
      if (message.type === 'response')
        known.add((message as { payload: { id: string } }).payload.id);
      if (message.type === 'event') expect(known).toContain(message.payload.execution_id);
    }
    expect(known.size).toBe(20);
  });

  test('whoever waits for what is refused is told', async () => {
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

  test('lines come in the form that was asked for', async () => {
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

describe('its end', () => {
  const tree = request("trap '' TERM; sleep 60 & echo child $!; wait");

  test('of the input, after which nobody can say what is taken, leaves a reader every line', async () => {
    const bridge = startBridge('--wait').read();
    const id = `${ID}13`;
    // More than the engine lets a command be ahead of its reader.
    bridge.send(
      { type: 'execute', seq: 1, output: 'none', request: request('seq 1 1000000', { id }) },
      { type: 'read_lines', seq: 2, id },
    );
    bridge.child.stdin?.end();
    expect(await bridge.ended).toEqual({ code: 0, signal: null });
    expect(await bridge.answer(2)).toMatchObject({ payload: null });
    const lines = bridge.messages.flatMap((m) => (m.type === 'lines' ? m.payload.lines : []));
    expect(lines).toHaveLength(1_000_000);
    expect(lines.at(-1)).toBe('1000000');
  });

  test('of the input takes all children along, after the grace period', async () => {
    const bridge = startBridge('--grace-ms', '50').read();
    bridge.send(tree);
    const pid = await started(bridge);
    await bridge.event('stdout');
    bridge.child.stdin?.end();
    expect(await bridge.ended).toEqual({ code: 0, signal: null });
    await groupToDie(pid);
    expect(bridge.results()).toMatchObject([{ status: 'cancelled', stdout: /^child/ }]);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)(
    '%s takes all children along, and the last events are written',
    async (signal, code) => {
      const bridge = startBridge('--grace-ms', '50').read();
      bridge.send(tree);
      const pid = await started(bridge);
      bridge.child.kill(signal);
      expect(await bridge.ended).toEqual({ code, signal: null });
      await groupToDie(pid);
      expect(bridge.results()).toMatchObject([{ status: 'cancelled' }]);
    },
  );

  test('a second signal does not wait', async () => {
    const bridge = startBridge('--grace-ms', '600000').read();
    bridge.send(request("trap 'echo told' TERM; echo ready; while :; do sleep 0.01; done"));
    const pid = await started(bridge);
    await bridge.event('stdout');
    bridge.child.kill('SIGTERM');
    await waitFor('the first signal to arrive', () =>
      bridge.events().some((event) => event.event_type === 'stdout' && event.line === 'told'),
    );
    bridge.child.kill('SIGTERM');
    expect(await bridge.ended).toEqual({ code: 143, signal: null });
    await groupToDie(pid);
  });

  test('a reader that goes away takes all children along', async () => {
    const bridge = startBridge('--grace-ms', '50').read();
    bridge.send(request('while :; do echo y; sleep 0.01; done'));
    const pid = await started(bridge);
    bridge.child.stdout?.destroy();
    expect(await bridge.ended).toEqual({ code: 1, signal: null });
    await groupToDie(pid);
  });

  test('a stuck reader does not keep it from ending at a signal', async () => {
    const bridge = startBridge('--grace-ms', '50');
    const flood = await startFlood(bridge, 'yes');
    bridge.child.kill('SIGTERM');
    const code = await new Promise((resolve) => bridge.child.once('exit', resolve));
    expect(code).toBe(143);
    await groupToDie(flood);
  });
});

describe('a reader that does not read', () => {
  test('holds the command back; cancelling it works, and memory is bounded', async () => {
    const bridge = startBridge();
    const id = `${ID}10`;
    const flood = await startFlood(bridge, `yes ${'y'.repeat(500)}`, { id });
    bridge.send({ type: 'cancel', seq: 1, id });
    await groupToDie(flood);
    expect(Number.parseInt(statusField(bridge.pid, 'VmRSS'), 10)).toBeLessThan(400 * 1024);
    bridge.read();
    expect(await bridge.answer(1)).toMatchObject({ payload: true });
    expect((await bridge.event('cancelled')).payload.execution_id).toBe(id);
  });

  test('loses nothing', async () => {
    const bridge = startBridge('--wait');
    const count = 700_000;
    const mark = randomUUID();
    const wire = request(`exec seq ${count}`, { env: { [MARK]: mark } });
    bridge.send({ type: 'execute', seq: 1, output: 'batches', result: false, request: wire });
    await standstill(mark);
    let next = 1;
    let wrong = 0;
    bridge.read();
    bridge.child.stdin?.end();
    expect(await bridge.ended).toMatchObject({ code: 0 });
    for (const event of bridge.events()) {
      if (event.event_type !== 'output') continue;
      for (const line of event.lines) if (line !== String(next++)) wrong++;
    }
    expect({ next: next - 1, wrong }).toEqual({ next: count, wrong: 0 });
    expect(bridge.events().at(-1)).toMatchObject({ event_type: 'completed' });
  });
});

describe('arguments', () => {
  test.each([
    [['--help'], 0, '', /^Usage: escher-execution-engine bridge/],
    [['--no-such'], 2, /Unknown option '--no-such'/, ''],
    [['surplus'], 2, /Unexpected argument 'surplus'/, ''],
    [['--config', '/no/such/file'], 2, /--config \/no\/such\/file: ENOENT/, ''],
    [['--set', 'x'], 2, /--set: it must be <field>=<value>, got 'x'/, ''],
    [
      ['--set', 'logDir=/tmp'],
      2,
      /"config.logDir" property is unknown; did you mean "log_dir"/,
      '',
    ],
    [
      ['--set', 'io_threads=0'],
      2,
      /"io_threads" must be an integer from 1 to 256\. Received type number \(0\)/,
      '',
    ],
    [['--grace-ms', 'soon'], 2, /--grace-ms: it must be a number of at least 0, got 'soon'/, ''],
    [
      ['--max-line-bytes', '1'],
      2,
      /--max-line-bytes: it must be a number of at least 1024, got '1'/,
      '',
    ],
  ])('%j', async (args, code, stderr, stdout) => {
    const bridge = new Bridge(args);
    let text = '';
    bridge.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    expect(await bridge.ended).toEqual({ code, signal: null });
    expect(bridge.stderr).toMatch(stderr);
    expect(text).toMatch(stdout);
  });

  test('a file configures the engine, and --set comes on top of it', async () => {
    const file = tempFile(
      'c.json',
      '{"max_concurrent_executions":3,"log_dir":null,"io_threads":1}',
    );
    const bridge = startBridge(
      '--config',
      file,
      '--set',
      'max_timeout_ms="Infinity"',
      '--set',
      'io_threads=2',
    ).read();
    expect(await bridge.ask('hello')).toMatchObject({
      payload: {
        config: { max_concurrent_executions: 3, max_timeout_ms: 'Infinity', io_threads: 2 },
      },
    });
  });

  test('secrets of the configuration are not told', async () => {
    const bridge = startBridge('--set', 'redact=["hunter22"]').read();
    expect(await bridge.ask('hello')).toMatchObject({ payload: { config: { redact: ['***'] } } });
    await bridge.ask('execute', { request: request('echo hunter22') });
    await bridge.ask('on_idle');
    expect(JSON.stringify(bridge.messages)).not.toContain('hunter22');
  });
});
