import { spawn } from 'node:child_process';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { connectBridge, serveBridge } from 'escher-execution-engine/bridge';
import { collect, startBridge } from '../../support/bridge';
import { LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, present, rejection } from '../../support/expectations';
import { reportOf } from '../../support/hosts';
import { processExists } from '../../support/processes';
import { tempDir } from '../../support/temp';
import { isPending, waitFor } from '../../support/wait';

describe('connectBridge', () => {
  const stdio = ['pipe', 'pipe', 'ignore'] as ['pipe', 'pipe', 'ignore'];

  test('rejects for a program that is not a bridge', async () => {
    const error = await executionError(connectBridge(spawn('echo', ['hello'], { stdio })));
    expect(error).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
    expect(error.message).toBe(
      'Execution engine is out of reach: Not a message of the bridge: hello',
    );
  });

  const hello = { protocol: 1, pid: 1, max_line_bytes: 4096, config: {} };
  const event = { execution_id: 'x', timestamp: '2026-01-02T03:04:05.678Z' };

  test.each([
    ['an event without a payload', { type: 'event' }],
    ['an event without an execution', { type: 'event', payload: { event_type: 'started' } }],
    ['a line without text', { type: 'event', payload: { ...event, event_type: 'stdout' } }],
    ['an end without a result', { type: 'event', payload: { ...event, event_type: 'completed' } }],
    ['lines that are not an array', { type: 'lines', reader: 1, payload: { lines: 'x' } }],
    ['an error without a message', { type: 'response', seq: 2, error: { code: 'ERR_IO' } }],
    ['an answer of the wrong type', { type: 'response', seq: 2, payload: 7 }],
  ])('%s closes the connection with the reason', async (_, message) => {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const connecting = connectBridge({ readable: back, writable: there });
    back.write(`${JSON.stringify({ type: 'response', seq: 1, payload: hello })}\n`);
    const client = await connecting;
    const asked = executionError(client.stats());
    back.write(`${JSON.stringify(message)}\n`);
    const error = await asked;
    expect(error).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
    expect(error.message).toContain('Not a message of the bridge: ');
    expect(await client.closed).toBeInstanceOf(Error);
  });

  test('rejects with the exit code of a program that ends', async () => {
    const error = await executionError(connectBridge(spawn('sh', ['-c', 'exit 7'], { stdio })));
    expect(error.message).toBe('Execution engine is out of reach: The process exited with code 7');
  });

  test('rejects for a program that does not exist', async () => {
    const error = await executionError(connectBridge(spawn('/no/such/program', { stdio })));
    expect(error).toMatchObject({ code: 'ERR_ENGINE_CLOSED', cause: { code: 'ENOENT' } });
  });

  test('rejects and ends the bridge if its output is closed on this side', async () => {
    const { child } = startBridge();
    const client = await connectBridge(child);
    const run = client.run(sh(LONG));
    await waitFor('the start', () => run.pid);
    child.stdout?.destroy();
    expect(await executionError(run)).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
      message: 'Execution engine is out of reach: The output of the process is closed',
    });
    await waitFor('its end', () => child.exitCode !== null);
    expect(processExists(present(run.pid))).toBe(false);
  });

  test('times out if the program does not answer', async () => {
    const child = spawn('sleep', ['60'], { stdio });
    const error = await executionError(connectBridge(child, { timeoutMs: 50 }));
    expect(error).toMatchObject({ code: 'ERR_WAIT_TIMEOUT' });
    child.kill();
  });

  test('rejects when its signal aborts', async () => {
    const child = spawn('sleep', ['60'], { stdio });
    const control = new AbortController();
    const connecting = rejection(connectBridge(child, { signal: control.signal }));
    control.abort(new Error('enough'));
    expect(await connecting).toMatchObject({ message: 'enough' });
    expect(await rejection(connectBridge(child, { signal: control.signal }))).toMatchObject({
      message: 'enough',
    });
    child.kill();
  });

  test.each([
    [undefined],
    [null],
    ['x'],
    [7],
    [{}],
    [{ readable: 1 }],
    [{ stdin: null, stdout: null }],
    [{ send: 1 }],
  ])('rejects %j as a connection', async (connection) => {
    expect(await rejection(connectBridge(connection as never))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining('"connection" argument must be a child process'),
    });
  });

  test.each([
    ['signal', { signal: 5 }, 'ERR_INVALID_ARG_TYPE'],
    ['signal', { signal: {} }, 'ERR_INVALID_ARG_TYPE'],
    ['timeoutMs', { timeoutMs: -1 }, 'ERR_OUT_OF_RANGE'],
  ])('rejects an invalid %s: %j', async (name, options, code) => {
    const error = await rejection(connectBridge(new PassThrough(), options as never));
    expect(error).toMatchObject({ code, message: expect.stringContaining(`"options.${name}"`) });
  });

  test('connects over a socket to an engine that goes on', async () => {
    const path = join(tempDir(), 'engine.sock');
    const engine = makeEngine();
    const ends: string[] = [];
    const server = createServer(async (socket: Socket) => {
      const streams = { readable: socket, writable: socket };
      ends.push(await serveBridge(engine, streams, { atEnd: 'leave' }));
      socket.end();
    }).listen(path);
    for (const text of ['one', 'two']) {
      const socket = connect(path);
      const client = await connectBridge(socket);
      expect((await client.run(sh(`echo ${text}`))).stdout).toBe(`${text}\n`);
      socket.end();
      await client.closed;
    }
    await waitFor('both to end', () => ends.length === 2);
    expect(ends).toEqual(['input', 'input']);
    expect(await engine.listExecutions()).toHaveLength(2);
    await new Promise((resolve) => server.close(resolve));
  });

  test('a shared engine answers all calls of a client that has closed its input', async () => {
    const engine = makeEngine();
    const [there, back] = [new PassThrough(), new PassThrough()];
    const streams = { readable: there, writable: back };
    const served = serveBridge(engine, streams, { atEnd: 'leave' });
    const run = engine.run(sh('read _; echo done', { stdin: 'pipe' }));
    await waitFor('the start', () => run.pid);
    there.end(`${JSON.stringify({ type: 'wait_for_completion', seq: 1, id: run.id })}\n`);
    expect(await isPending(served)).toBe(true);
    run.stdin.end('\n');
    expect(await served).toBe('input');
    expect(JSON.parse(String(back.read()))).toMatchObject({
      seq: 1,
      payload: { stdout: 'done\n' },
    });
    expect(await engine.runningCount()).toBe(0);
  });

  test('a shared engine does not wait for a client that is gone', async () => {
    const engine = makeEngine();
    const [there, back] = [new PassThrough(), new PassThrough()];
    const streams = { readable: there, writable: back };
    const served = serveBridge(engine, streams, { atEnd: 'leave' });
    const run = engine.run(sh(LONG));
    there.end(`${JSON.stringify({ type: 'wait_for_completion', seq: 1, id: run.id })}\n`);
    expect(await isPending(served)).toBe(true);
    back.destroy();
    expect(await served).toBe('output');
    expect(await run.cancel()).toBe(true);
  });

  test('connects over a transport of lines', async () => {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const served = serveBridge(makeEngine(), { readable: there, writable: back });
    const sent: string[] = [];
    const client = await connectBridge({
      send: (line) => {
        sent.push(JSON.parse(line).type);
        there.write(`${line}\n`);
      },
      // With line terminators and empty lines, as Tauri's shell plugin delivers them.
      onLine(callback) {
        back.setEncoding('utf8');
        let rest = '';
        back.on('data', (text: string) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) {
            callback(`${line}\n`);
            callback('');
          }
        });
      },
      close: () => there.end(),
    });
    expect(await collect(client.run(sh('echo 1; echo 2')).lines())).toEqual(['1', '2']);
    client.run(sh(LONG));
    await client.shutdown({ graceMs: 0 });
    expect(await served).toBe('shutdown');
    // Awaited in order: otherwise the record could be dropped.
    expect(sent.slice(-3)).toEqual(['execute', 'wait_for_completion', 'shutdown']);
  });

  test('connects to a process without loading the addon in this one', async () => {
    expect(await reportOf('bridge-client.cjs')).toEqual({
      lines: [
        ['stderr', 'two'],
        ['stdout', 'one'],
      ],
      stdout: 'one\n',
      isOther: true,
      addonLoaded: false,
    });
  });
});
