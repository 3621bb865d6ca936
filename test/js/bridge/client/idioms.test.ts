import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { serveBridge } from 'escher-execution-engine/bridge';
import { connectedPair } from '../../support/bridge';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { payloads, record } from '../../support/events';
import { executionError, rejection } from '../../support/expectations';
import { tempDir } from '../../support/temp';

const BYTES = "printf '\\377\\000x'";

describe('streams of a remote execution', () => {
  test('deliver text while the command runs', async () => {
    const { client } = await connectedPair();
    const run = client.run(sh('echo a; echo b >&2; cat', { stdin: 'pipe' }));
    const readable = run.readable('all').setEncoding('utf8');
    let seen = '';
    for await (const chunk of readable) {
      seen += chunk;
      if (seen.includes('a\n') && seen.includes('b\n')) run.stdin.end();
    }
    expect([...seen].sort().join('')).toBe('\n\nab');
    expect(await new Response(client.run(sh('echo ä')).readableStream()).text()).toBe('ä\n');
  });

  test('deliver the exact bytes from memory and from the overflow file', async () => {
    const { client } = await connectedPair({ overflowDir: tempDir() });
    const buffer = { encoding: 'buffer' } as const;
    const [bytes] = await client.run(sh(BYTES)).readable('stdout', buffer).toArray();
    expect(bytes).toEqual(Buffer.from([255, 0, 120]));
    const spilled = client.run(
      exec('seq', ['1000'], {
        maxOutputSizeBytes: 10,
        oversizedOutputStrategy: 'streamToFile',
      }),
    );
    const all = await text(spilled.readable('stdout', buffer));
    expect(all.split('\n').slice(-2)).toEqual(['1000', '']);
    const cut = client.run(exec('seq', ['1000'], { maxOutputSizeBytes: 10 }));
    const error = await executionError(text(cut.readable('stdout', buffer)));
    expect(error).toMatchObject({ code: 'ERR_OUTPUT_SIZE_EXCEEDED' });
    const gone = client.run(sh(BYTES));
    await gone;
    await client.removeExecution(gone.id);
    expect(await executionError(text(gone.readable('stdout', buffer)))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
  });

  test('work in a pipeline in both directions', async () => {
    const { client } = await connectedPair();
    const sort = client.run(exec('sort', [], { stdin: 'pipe' }));
    const out = new PassThrough();
    await pipeline(Readable.from(['b\n', 'a\n']), sort.duplex(), out);
    expect(await text(out)).toBe('a\nb\n');
    const cat = client.run(exec('cat', [], { stdin: 'pipe' }));
    const writer = cat.writableStream().getWriter();
    await writer.write('x');
    await writer.close();
    expect((await cat).stdout).toBe('x');
    const none = client.run(sh('true')) as typeof cat;
    expect(() => none.writableStream()).toThrow('Stdin is not open');
    await none;
  });

  test('fail with the execution', async () => {
    const { client } = await connectedPair();
    const run = client.run(sh('echo last; exit 3'), { reject: true });
    const error = await executionError(text(run.readable()));
    expect(error).toMatchObject({ code: 'ERR_COMMAND_FAILED', result: { stdout: 'last\n' } });
  });
});

describe('waits', () => {
  test('end when their signal aborts, and the command goes on', async () => {
    const { client } = await connectedPair();
    const run = client.run(sh(LONG));
    await new Promise((resolve) => run.once('started', resolve));
    const control = new AbortController();
    const { signal } = control;
    const waits = [
      rejection(client.waitForCompletion(run.id, { signal })),
      rejection(client.onIdle({ signal })),
    ];
    const reason = new Error('enough');
    control.abort(reason);
    for (const error of await Promise.all(waits)) {
      expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: reason });
    }
    expect(await rejection(client.sendInput(run.id, 'x', { signal }))).toMatchObject({
      code: 'ABORT_ERR',
    });
    expect(await client.getStatus(run.id)).toBe('running');
    expect(await executionError(client.waitForCompletion(run.id, { timeoutMs: 1 }))).toMatchObject({
      code: 'ERR_WAIT_TIMEOUT',
    });
    await run.cancel();
  });

  test('execute cancels the execution when its signal aborts before the admission', async () => {
    const { client, engine } = await connectedPair();
    const aborted = AbortSignal.abort();
    expect(await rejection(client.execute(sh('true'), { signal: aborted }))).toMatchObject({
      code: 'ABORT_ERR',
    });
    expect(await engine.listExecutions()).toEqual([]);
    const control = new AbortController();
    const ended = new Promise<string>((resolve) => {
      client.on('settled', ({ result }) => resolve(result.status));
    });
    const admission = rejection(client.execute(sh(LONG), { signal: control.signal }));
    control.abort();
    expect(await admission).toMatchObject({ code: 'ABORT_ERR' });
    expect(await ended).toBe('cancelled');
  });
});

test('progress events arrive', async () => {
  const { client } = await connectedPair({}, { allowProgressPatterns: true });
  const all = record(client as never);
  const run = client.run(
    sh('echo "at 50%"; echo "at 100%"', { progress: { pattern: /at (?<percent>\d+)%/i } }),
  );
  const own = record(run as never);
  await run;
  const last = { executionId: run.id, fraction: 1, label: null };
  expect(payloads(own, 'progress').at(-1)).toMatchObject(last);
  expect(payloads(all, 'progress').at(-1)).toMatchObject(last);
  const unasked = client.run(sh('echo 50%'));
  const none = record(unasked as never);
  await unasked;
  expect(payloads(none, 'progress')).toEqual([]);
});

test('onIdle resolves after all other events of the same turn', async () => {
  const [there, back] = [new PassThrough(), new PassThrough()];
  void serveBridge(makeEngine(), { readable: there, writable: back });
  const send = (line: object): void => void there.write(`${JSON.stringify(line)}\n`);
  let written = '';
  const told = new Promise<void>((resolve) => {
    back.on('data', (chunk: Buffer) => {
      written += chunk.toString();
      if (written.includes('"seq":2')) resolve();
    });
  });
  const request = { command: { type: 'exec', program: 'true' } };
  send({ type: 'execute', seq: 1, output: 'lines', result: false, request });
  send({ type: 'on_idle', seq: 2 });
  // The event loop is blocked from the submission to the end, as in a busy host.
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300));
  await told;
  const order = [...written.matchAll(/"seq":\d|"event_type":"\w+"/g)].map(([found]) => found);
  expect(order.at(0)).toBe('"seq":1');
  expect(order.at(-1)).toBe('"seq":2');
  expect(order).toContain('"event_type":"completed"');
  there.end();
});
