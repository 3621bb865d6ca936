// What a job returns, and in which order jobs run.
import assert from 'node:assert/strict';

const shell = (command, more) => ({ command: { type: 'shell', command }, ...more });

async function outcomes({ queue, worker, folder }) {
  await worker();
  const end = async (request, options) => await queue.wait(await queue.add(request, options));

  const good = await end(shell('echo out; echo err >&2'));
  assert.deepEqual(
    [good.status, good.exitCode, good.stdoutTail, good.stderrTail, good.attempt, good.error],
    ['completed', 0, 'out\n', 'err\n', 1, null],
  );
  const bad = await end(shell('exit 7'));
  assert.deepEqual([bad.status, bad.exitCode, bad.error.code], ['failed', 7, 'ERR_COMMAND_FAILED']);
  const late = await end(shell('sleep 60', { timeoutMs: 200 }));
  assert.deepEqual([late.status, late.error.code], ['timeout', 'ERR_TIMEOUT']);
  const none = await end({ command: { type: 'exec', program: '/no/such/program' } });
  assert.deepEqual([none.status, none.startedAt], ['failed', null]);
  const refused = await end(shell('echo forbidden'));
  assert.equal(refused.error.code, 'ERR_REFUSED');
  const long = await end(shell('seq 1 100000'));
  assert.ok(long.stdoutTail.length <= 4096 && long.stdoutTail.endsWith('99999\n100000\n'));
  assert.equal(long.stdoutBytes, 588_895);

  const again = shell(
    `echo x >> ${folder}/tries; test $(wc -l < ${folder}/tries) -ge 3 || exit 75`,
  );
  const third = await end(again, {
    attempts: 5,
    retryOn: [75],
    backoff: { type: 'fixed', delay: 50 },
  });
  assert.deepEqual([third.status, third.attempt], ['completed', 3]);
  const once = await end(shell('exit 75'), { attempts: 3 });
  assert.deepEqual([once.status, once.attempt], ['failed', 1]);
  const launches = await end(
    { command: { type: 'exec', program: '/no/such/program' } },
    { attempts: 2, retryOn: ['launch'] },
  );
  assert.equal(launches.attempt, 2);

  const id = await queue.add(shell('for i in 1 2 3; do echo line $i; sleep 0.2; done'));
  const lines = [];
  for await (const { line } of queue.tail(id)) lines.push(line);
  assert.deepEqual(lines, ['line 1', 'line 2', 'line 3']);
  return { outcomes: 11 };
}

async function priorities({ queue, worker, commands, until }) {
  await worker({ concurrency: 1 });
  const first = await queue.add(commands.request('first', { seconds: 1 }));
  await until('the first runs', () => commands.runs('first') === 1);
  const low = await queue.add(shell('true', { priority: -1 }));
  const middle = await queue.add(shell('true'));
  const high = await queue.add(shell('true', { priority: 5 }));
  const ends = await Promise.all([first, high, middle, low].map((id) => queue.wait(id)));
  const times = ends.map(({ startedAt }) => startedAt);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  return { jobs: 4 };
}

export const proofs = [
  { name: 'outcomes of commands', run: outcomes, stores: 'both' },
  { name: 'order by priority', run: priorities, stores: 'both' },
];
