// Many executions: no exit is lost, nothing piles up.
import assert from 'node:assert/strict';
import process from 'node:process';
import { accounted } from './support/account.mjs';
import { zombiesOf } from './support/processes.mjs';
import { exec } from './support/requests.mjs';
import { seconds } from './support/wait.mjs';

const runs = (width) => (context) =>
  accounted(
    context,
    { maxConcurrentExecutions: width, maxQueuedExecutions: Infinity },
    async ({ engine, ledger }) => {
      const count = context.sizes.runs;
      const start = performance.now();
      const request = exec('/bin/true');
      await Promise.all(
        Array.from({ length: count }, async () => {
          const { status, exitCode, pid } = await ledger.result(request);
          assert.deepEqual(
            [status, exitCode, typeof pid],
            ['completed', 0, 'number'],
            'the end of /bin/true',
          );
        }),
      );
      assert.deepEqual(zombiesOf(process.pid), [], 'zombies as soon as all have settled');
      assert.equal(await engine.runningCount(), 0, 'executions that still run');
      return `${count} exits, each reported once, in ${seconds(performance.now() - start)}; no zombie`;
    },
  );

/** All of them alive at once, and all of them end at about the same moment. */
const sleeps = (context) =>
  accounted(
    context,
    { maxConcurrentExecutions: context.sizes.sleeps },
    async ({ engine, ledger }) => {
      const count = context.sizes.sleeps;
      let most = 0;
      engine.on('started', async () => {
        most = Math.max(most, await engine.runningCount());
      });
      const start = performance.now();
      await Promise.all(
        Array.from({ length: count }, async () => {
          assert.equal(
            (await ledger.result(exec('sleep', ['2']))).exitCode,
            0,
            'exit code of sleep',
          );
        }),
      );
      assert.deepEqual(zombiesOf(process.pid), [], 'zombies as soon as all have settled');
      return `${most} of ${count} alive at once; all ended by themselves, ${seconds(performance.now() - start)} after the first request`;
    },
  );

export const rows = [
  {
    name: 'load-16',
    fault: '10 000 short commands',
    how: '`/bin/true`, 16 at a time',
    run: runs(16),
  },
  {
    name: 'load-128',
    fault: '10 000 short commands, more at once',
    how: '`/bin/true`, 128 at a time',
    run: runs(128),
  },
  {
    name: 'load-sleeps',
    fault: '1000 commands alive at once',
    how: '`sleep 2`, all started at once',
    run: sleeps,
  },
];
