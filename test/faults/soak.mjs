// Tens of thousands of executions of every kind in one process: what it holds in the end is what it held in the middle.
import assert from 'node:assert/strict';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { accounted } from './support/account.mjs';
import { descriptorsOf, residentBytes, threadsOf, zombiesOf } from './support/processes.mjs';
import { exec, sh } from './support/requests.mjs';
import { seconds } from './support/wait.mjs';

const MiB = 1_048_576;
const WINDOWS = 20;
const WIDTH = 32;

/** Mostly small ones; every kind of end and of file is among each hundred. */
function requestOf(index) {
  switch (index % 100) {
    case 10:
      return sh('exit 3');
    case 20:
      return sh('cat', { input: 'some input' });
    case 30:
      return exec('/nonexistent/program');
    case 40:
      return exec('sleep', ['60'], { timeoutMs: 20 });
    case 50:
      return exec('seq', ['1', '2000'], {
        maxOutputSizeBytes: 100,
        oversizedOutputStrategy: 'streamToFile',
      });
    case 60:
      return exec('seq', ['1', '2000'], {
        maxOutputSizeBytes: 100,
        oversizedOutputStrategy: 'failExecution',
      });
    case 70:
      return sh('sleep 0.1 & echo held');
    case 80:
      return sh('echo secret-of-this-one', { redact: ['secret-of-this-one'] });
    default:
      return index % 10 === 5 ? exec('/bin/echo', ['some output']) : exec('/bin/true');
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

function look() {
  collectGarbage();
  return {
    rss: residentBytes(),
    descriptors: descriptorsOf(process.pid).length,
    threads: threadsOf(process.pid),
    zombies: zombiesOf(process.pid).length,
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const soak = (context) =>
  accounted(
    context,
    {
      drainGraceMs: 20,
      maxConcurrentExecutions: WIDTH,
      maxQueuedExecutions: Infinity,
      // Small enough to be full long before the second half.
      maxInMemoryExecutions: 200,
      overflowDir: `${context.dir}/overflow`,
      logDir: `${context.dir}/logs`,
    },
    async ({ engine, ledger }) => {
      const start = performance.now();
      engine.on('stdout', () => undefined);
      const each = Math.ceil(context.sizes.soak / WINDOWS);
      const looks = [];
      for (let window = 0; window < WINDOWS; window++) {
        await Promise.all(
          Array.from({ length: each }, (_, index) => ledger.run(requestOf(window * each + index))),
        );
        looks.push(look());
      }
      return verdict(
        looks,
        `${each * WINDOWS} executions in ${seconds(performance.now() - start)}`,
      );
    },
  );

/** Compares the third quarter with the last one. */
function verdict(looks, done) {
  const third = looks.slice(WINDOWS / 2, (WINDOWS * 3) / 4);
  const last = looks.slice((WINDOWS * 3) / 4);
  const middle = (some, name) => median(some.map((one) => one[name]));
  for (const name of ['descriptors', 'threads']) {
    assert.equal(
      middle(last, name),
      middle(third, name),
      `${name} of the third and the last quarter`,
    );
  }
  assert.ok(
    last.every(({ zombies }) => zombies === 0),
    'zombies between the windows',
  );
  const growth = (middle(last, 'rss') - middle(third, 'rss')) / MiB;
  assert.ok(
    growth < 8,
    `memory rose by ${growth.toFixed(1)} MiB from the third quarter to the last`,
  );
  const { descriptors, threads } = last.at(-1);
  const memory = `${growth >= 0 ? '+' : ''}${growth.toFixed(1)} MiB of ${(middle(last, 'rss') / MiB).toFixed(0)}`;
  return `${done}; last quarter against the third: memory ${memory}, descriptors ${descriptors} and threads ${threads} as before`;
}

export const rows = [
  {
    name: 'soak',
    fault: '20 000 executions in one host',
    how: 'short ones, failing launches, timeouts, limits, files, held pipes, secrets, 32 at a time',
    limitMs: 400_000,
    run: soak,
  },
];
