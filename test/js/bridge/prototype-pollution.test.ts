import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connectBridge, serveBridge } from 'escher-execution-engine/bridge';
import { connectedPair } from '../support/bridge';
import { sh } from '../support/commands';
import { makeEngine } from '../support/engine';
import { polluted } from '../support/pollution';

/** Serves `lines` and returns the messages of the answer. */
async function served(lines: object[], options?: object): Promise<{ type: string }[]> {
  const readable = new PassThrough();
  const writable = new PassThrough();
  readable.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const output = text(writable);
  await serveBridge(makeEngine(), { readable, writable }, { atEnd: 'wait', ...options });
  writable.end();
  return (await output)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('a polluted Object.prototype', () => {
  test('request does not complete a line', async () => {
    await polluted({ request: sh('echo polluted') }, async () => {
      const [answer, ...rest] = await served([{ type: 'execute', seq: 1 }]);
      expect(answer).toMatchObject({ type: 'response', seq: 1, error: expect.anything() });
      expect(rest).toEqual([]);
    });
  });

  test('output, result and aborted do not change a command', async () => {
    const line = { type: 'execute', seq: 1, request: sh('echo hi') };
    await polluted({ output: 'none', result: false, aborted: true }, async () => {
      const messages = await served([line]);
      expect(messages.at(-1)).toMatchObject({
        type: 'result',
        payload: { status: 'completed', stdout: 'hi\n' },
      });
    });
  });

  test('maxLineBytes and signal are not options of serveBridge()', async () => {
    await polluted({ maxLineBytes: 1, signal: AbortSignal.abort() }, async () => {
      expect(await served([{ type: 'running_count', seq: 1 }])).toEqual([
        { type: 'response', seq: 1, payload: 0 },
      ]);
    });
  });

  test('signal and reject are not options of a client', async () => {
    const { client } = await connectedPair();
    await polluted({ signal: AbortSignal.abort(), reject: true, stdin: 'pipe' }, async () => {
      const run = client.run(sh('exit 3'));
      expect((run as { stdin?: unknown }).stdin).toBeUndefined();
      expect(await run).toMatchObject({ status: 'failed', exitCode: 3 });
    });
  });

  test('signal is not an option of connectBridge()', async () => {
    const { readable, writable } = { readable: new PassThrough(), writable: new PassThrough() };
    const answers = new PassThrough();
    const ended = serveBridge(makeEngine(), { readable: writable, writable: answers });
    answers.pipe(readable);
    await polluted({ signal: AbortSignal.abort() }, async () => {
      const client = await connectBridge({ readable, writable });
      await client.shutdown();
    });
    expect(await ended).toBe('shutdown');
  });
});
