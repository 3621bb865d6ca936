// An engine behind the bridge, used at random, by an event loop that stands still at random moments.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { PassThrough } from 'node:stream';
import { ExecutionEngine } from 'escher-execution-engine';
import { connectBridge, serveBridge } from 'escher-execution-engine/bridge';
import { leftOver, processesLeft, warmDescriptors } from './support/account.mjs';
import { descriptorsOf } from './support/processes.mjs';
import { randomFrom } from './support/random.mjs';
import { sh } from './support/requests.mjs';
import { sleep, withGuard } from './support/wait.mjs';

const MOST_STILL_MS = 40;

/** Drops ended executions at once, runs few at a time, and lets few results wait for their readers. */
const configs = [
  {},
  { maxInMemoryExecutions: 1 },
  { maxRetainedBytes: 0 },
  { maxConcurrentExecutions: 2, maxQueuedExecutions: Infinity },
  { maxInMemoryExecutions: 1, maxPendingEventBytes: 100_000 },
];

const numbers = (count) => Array.from({ length: count }, (_, index) => `${index + 1}\n`).join('');

const below = (random, count) => Math.floor(random() * count);

/** Stops the event loop, so that what comes apart elsewhere comes in one turn here. Gives the end of it. */
function standStillAtRandom(random) {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let timer;
  const again = () => {
    timer = setTimeout(() => {
      Atomics.wait(cell, 0, 0, random() * MOST_STILL_MS);
      again();
    }, random() * MOST_STILL_MS);
  };
  again();
  return () => clearTimeout(timer);
}

/** The text of all lines of stdout, which are read with a pause somewhere. A shell that is ended may write to stderr. */
async function readLines(execution, random) {
  const [pauseAt, pause] = [below(random, 2_000), random() * 80];
  let [text, count] = ['', 0];
  for await (const { stream, line, partial } of execution) {
    assert.ok(execution.pid, 'a line before the start');
    if (stream === 'stderr') continue;
    text += partial ? line : `${line}\n`;
    if (++count === pauseAt) await sleep(pause);
  }
  return text;
}

/** Where the lines of an iterator and the output of the result part. */
function differenceOf(read, stdout) {
  let at = 0;
  while (at < read.length && read[at] === stdout[at]) at++;
  const near = (text) => JSON.stringify(text.slice(Math.max(0, at - 20), at + 20));
  return `${read.length} and ${stdout.length} characters, equal up to ${at}: ${near(read)}, ${near(stdout)}`;
}

/** One command, watched in one way or another. */
async function one(client, random, tally) {
  const lines = below(random, 4) === 0 ? below(random, 30_000) : below(random, 50);
  const end = below(random, 3) === 0 ? 'sleep 30' : `exit ${below(random, 3)}`;
  const execution = client.run(sh(`seq 1 ${lines}; ${end}`));
  tally.asked++;
  const isRead = random() < 0.5;
  const result = execution.result.catch((error) => error.result);
  if (below(random, 5) === 0) void sleep(random() * 60).then(() => execution.cancel());
  const read = isRead ? await readLines(execution, random) : undefined;
  const { stdout, stdoutBytes } = await result;
  tally.ended++;
  assert.equal(stdout.length, stdoutBytes, 'bytes of the result');
  assert.ok(numbers(lines).startsWith(stdout), 'the result');
  // One that was ended may have stopped in the middle of a line.
  if (isRead) {
    assert.ok(
      read === stdout || read === `${stdout}\n`,
      `the lines: ${differenceOf(read, stdout)}`,
    );
  }
}

/** A connection with some commands, and a shutdown somewhere in the middle of them. */
async function connection(random, tally) {
  const engine = new ExecutionEngine(configs[below(random, configs.length)]);
  const [there, back] = [new PassThrough(), new PassThrough()];
  const served = serveBridge(engine, { readable: there, writable: back });
  const client = await connectBridge({ readable: back, writable: there });
  const count = 1 + below(random, 12);
  const all = Array.from({ length: count }, () => one(client, random, tally));
  const settled = Promise.all(all);
  settled.catch(() => undefined);
  await sleep(random() * 150);
  await client.shutdown({ graceMs: below(random, 50) });
  await settled;
  await served;
}

async function connections({ sizes, mark }) {
  const before = await warmDescriptors();
  const seed = Number(process.env.ESCHER_FAULT_SEED ?? randomInt(2 ** 31));
  const goOn = standStillAtRandom(randomFrom(seed - 1));
  const tally = { asked: 0, ended: 0 };
  try {
    for (let index = 0; index < sizes.connections; index++) {
      const used = connection(randomFrom(seed + index), tally);
      await withGuard('a connection to end', used).catch((error) => {
        error.message += ` (connection ${index} of ESCHER_FAULT_SEED=${seed})`;
        throw error;
      });
    }
  } finally {
    goOn();
  }
  return {
    happened: `${tally.asked} executions over ${sizes.connections} connections, seed ${seed}: every line, every byte of the results, nothing before its start, and an answer to everything before the end`,
    lost: tally.asked - tally.ended,
    processesLeft: await processesLeft({ mark }),
    descriptorsLeft: await leftOver(() => descriptorsOf(process.pid).length, before),
  };
}

export const rows = [
  {
    name: 'bridge-standstill',
    fault: 'event loop that stands still, behind a bridge',
    how: `random commands, readers, cancels and a shutdown in their midst, while the event loop is blocked for up to ${MOST_STILL_MS} ms at random moments`,
    run: connections,
  },
];
