// The bridge client with any input from the bridge: it throws nothing outside of its promises, and all pending promises
// settle.
import { PassThrough } from 'node:stream';
import { chunksOf } from './chunks.mjs';
import { Random, seedOf } from './random.mjs';
import { require } from './require.mjs';

const ID = '00000000-0000-4000-8000-000000000001';
const HELLO = { protocol: 1, pid: 1, max_line_bytes: 4096, config: {} };

export function begin({ connectBridge }) {
  /** A client that has received `hello` and uses each of its functions. */
  async function connected() {
    const [readable, writable] = [new PassThrough(), new PassThrough()];
    const connecting = connectBridge({ readable, writable });
    readable.write(`${JSON.stringify({ type: 'response', seq: 1, payload: HELLO })}\n`);
    const client = await connecting;
    writable.resume();
    return { client, readable };
  }

  async function read(run) {
    for await (const { line } of run) require(typeof line === 'string', 'a line is text');
  }

  function judge({ code, stack }) {
    require(typeof code === 'string', 'a rejection is an error of the engine', stack);
  }

  async function check(input) {
    const random = new Random(seedOf(input));
    const { client, readable } = await connected();
    client.on('output', ({ lines }) => require(Array.isArray(lines), 'lines are an array'));
    client.on('stdout', ({ line }) => require(typeof line === 'string', 'a line is text'));
    client.on('completed', ({ result }) =>
      require(result.id !== undefined, 'the result has an id'),
    );
    const run = client.run({ id: ID, command: { type: 'exec', program: 'true' } });
    const pending = [
      run,
      read(run),
      client.execute({ command: { type: 'exec', program: 'true' } }),
      client.getStatus(ID),
      client.getResult(ID),
      client.getResult(ID, { encoding: 'buffer' }),
      client.waitForCompletion(ID),
      client.listExecutions(),
      client.stats(),
      client.cancel(ID),
    ].map((promise) => Promise.resolve(promise).catch(judge));
    // The requests are pending.
    await new Promise(setImmediate);
    for (const chunk of chunksOf(input, 1 + random.below(200), random)) readable.write(chunk);
    readable.end('\n');
    await client.closed;
    await Promise.all(pending);
  }

  return { check, waits: true };
}
