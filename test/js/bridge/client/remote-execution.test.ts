import { PassThrough } from 'node:stream';
import { type BridgeClient, connectBridge, serveBridge } from 'escher-execution-engine/bridge';
import { collect, connectedPair } from '../../support/bridge';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, present, sha256 } from '../../support/expectations';
import { bytesWritten, processGroupMembers } from '../../support/processes';
import { waitFor } from '../../support/wait';

const MiB = 1024 * 1024;

describe('a handle of a client', () => {
  test('iterates over lines while the command runs, again, and after the end', async () => {
    const { client } = await connectedPair();
    const run = client.run(sh('echo a; echo b >&2; echo c'));
    const live = await collect(run);
    expect(live.filter(({ stream }) => stream === 'stdout').map(({ line }) => line)).toEqual([
      'a',
      'c',
    ]);
    expect(live.map(({ seq }) => seq)).toEqual([0, 1, 2]);
    expect(await collect(run.lines('stdout'))).toEqual(['a', 'c']);
    expect(await collect(run.lines('stderr'))).toEqual(['b']);
    expect(await collect(run)).toEqual(live);
  });

  test('leaving a loop over lines does not end the command', async () => {
    const { client } = await connectedPair();
    const run = client.run(exec('seq', ['1400000']));
    for await (const { line } of run) if (line === '3') break;
    expect(await run).toMatchObject({ success: true, stdoutBytes: 10_088_896 });
  });

  test('writes to stdin at the pace of the command', async () => {
    const { client } = await connectedPair({}, { maxLineBytes: MiB / 2 });
    const run = client.run(exec('sha256sum', [], { stdin: 'pipe' }));
    const data = Buffer.alloc(5 * MiB, 'x');
    run.stdin.write(data.subarray(0, MiB));
    run.stdin.end(data.subarray(MiB));
    expect((await run).stdout).toContain(sha256(data));
  });

  test('sendInput splits big input into several lines', async () => {
    const { client } = await connectedPair({}, { maxLineBytes: 2 * MiB });
    const id = await client.execute(exec('sha256sum', [], { stdin: 'pipe' }));
    const text = 'ä'.repeat(3 * MiB);
    await client.sendInput(id, text);
    await client.closeInput(id);
    expect((await client.waitForCompletion(id)).stdout).toContain(sha256(text));
    const tooLong = await executionError(client.execute(exec('cat', [], { input: text })));
    expect(tooLong).toMatchObject({ code: 'ERR_SERIALIZATION' });
    expect(tooLong.message).toMatch(/6291\d+ bytes on the wire, at most 2097152 are allowed/);
  });

  test('is cancelled by its signal', async () => {
    const { client, engine } = await connectedPair();
    const reason = new Error('enough');
    const before = await executionError(
      client.run(sh('true'), { signal: AbortSignal.abort(reason), reject: true }),
    );
    expect(before).toMatchObject({ code: 'ERR_CANCELLED', cause: reason, result: { pid: null } });
    expect(await engine.listExecutions()).toEqual([]);
    const control = new AbortController();
    const run = client.run(sh(LONG), { signal: control.signal });
    run.once('started', () => control.abort(reason));
    expect(await run).toMatchObject({ status: 'cancelled' });
    expect(processGroupMembers(present(run.pid))).toEqual([]);
  });

  test('await using cancels it and waits for its end', async () => {
    const { client } = await connectedPair();
    const run = client.run(sh(`echo ready; ${LONG}`));
    for await (const { line } of run) if (line === 'ready') break;
    await run[Symbol.asyncDispose]();
    expect(processGroupMembers(present(run.pid))).toEqual([]);
    expect(await run.kill()).toBe(false);
  });

  test('has an id at once, also if the request is refused', async () => {
    const { client } = await connectedPair();
    const run = client.run(exec('/no/such/program'));
    expect(run.id).toMatch(/^[\da-f-]{36}$/);
    expect(await executionError(collect(run))).toMatchObject({ reason: 'PROGRAM_NOT_FOUND' });
    expect(await run.cancel()).toBe(false);
    expect(await executionError(run)).toMatchObject({ code: 'ERR_VALIDATION' });
  });
});

describe('a slow consumer', () => {
  test('holds back its own command and no other', async () => {
    const { client } = await connectedPair();
    const run = client.run(exec('seq', ['1000000']));
    const iterator = run[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ line: '1' });
    let [before, same] = [-1, 0];
    await waitFor('the command to wait', () => {
      const written = bytesWritten(present(run.pid));
      same = written === before ? same + 1 : 0;
      before = written;
      return same > 40;
    });
    expect(before).toBeLessThan(5 * MiB);
    expect(await client.run(sh('echo through'))).toMatchObject({ stdout: 'through\n' });
    let [next, wrong] = [2, 0];
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      if (step.value.line !== String(next++)) wrong++;
    }
    expect({ last: next - 1, wrong }).toEqual({ last: 1_000_000, wrong: 0 });
  });

  /** A client, and the text that it receives. */
  async function tapped(): Promise<{ client: BridgeClient; written: string[] }> {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const written: string[] = [];
    back.on('data', (chunk: Buffer) => written.push(chunk.toString()));
    void serveBridge(makeEngine(), { readable: there, writable: back });
    return { client: await connectBridge({ readable: back, writable: there }), written };
  }

  test('is sent retained lines only as fast as it acknowledges them', async () => {
    const { client, written } = await tapped();
    const run = client.run(exec('seq', ['1000000']));
    await run;
    written.length = 0;
    const iterator = run[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ line: '1' });
    await client.stats();
    expect(written.join('').length).toBeLessThan(3 * MiB);
    let last = '1';
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      last = step.value.line;
    }
    expect(last).toBe('1000000');
  });

  test('lines are sent only while they have listeners', async () => {
    const { client, written } = await tapped();
    const crossed = async (): Promise<boolean> => {
      written.length = 0;
      await client.run(sh('echo needle$((40 + 2))'));
      const said = written.join('').split('\n');
      return said.some((line) => line.includes('"output"') && line.includes('needle42'));
    };
    expect(await crossed()).toBe(false);
    const listener = (): void => undefined;
    client.on('stdout', listener);
    expect(await crossed()).toBe(true);
    client.off('stdout', listener);
    expect(await crossed()).toBe(false);
  });
});
