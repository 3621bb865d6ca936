// The host dies, in every way there is, while trees of every shape run: nothing of them may live on.
import assert from 'node:assert/strict';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { ExecutionEngine } from 'escher-execution-engine';
import { processesLeft } from './support/account.mjs';
import { startHost } from './support/host.mjs';
import { isAlive, markedProcesses, processInfo } from './support/processes.mjs';
import { forest, grown } from './support/trees.mjs';
import { goneAsPromised, seconds, sleep } from './support/wait.mjs';

const PROMISED_MS = 2_000;

async function plant({ mark, trees }, tell) {
  const engine = new ExecutionEngine({ maxConcurrentExecutions: trees });
  engine.on('started', ({ pid }) => tell('started', { pid, start: processInfo(pid)?.start }));
  const { requests } = forest(mark, trees);
  for (const request of requests) engine.run(request).catch(() => undefined);
  tell('submitted', requests.length);
}

export const hosts = {
  async trees(args, { tell, hear }) {
    await plant(args, tell);
    switch (await hear('end')) {
      case 'exit':
        process.exit(7);
        break;
      case 'throw':
        setImmediate(() => {
          throw new Error('uncaught here');
        });
    }
    await new Promise(() => setInterval(() => undefined, 1_000));
  },

  /** The same in a worker, which is then terminated; the process itself lives on. */
  async worker(args, { tell, hear }) {
    const worker = new Worker(new URL('./support/worker.mjs', import.meta.url), {
      workerData: { module: import.meta.url, name: 'plant', args },
    });
    worker.on('message', ({ name, value }) => tell(name, value));
    await hear('end');
    tell('terminated', await worker.terminate());
    await hear('exit');
  },
};

export const workers = { plant };

/** How many of the executions run on, with no engine left to settle them. */
const abandoned = (started) =>
  started.filter(({ pid, start }) => {
    const info = processInfo(pid);
    return isAlive(info) && info.start === start;
  }).length;

async function dies(context, name, end, expected) {
  const { mark, sizes } = context;
  const host = startHost(import.meta.url, name, { mark, trees: sizes.trees });
  await host.told('submitted');
  const { leaves } = forest(mark, sizes.trees);
  await grown(mark, leaves);
  const before = markedProcesses(mark).length;
  end(host);
  if (expected) {
    const { code, signal } = await host.ended();
    assert.equal(code ?? signal, expected, `the host ended otherwise: ${host.stderr}`);
  } else {
    await host.told('terminated');
  }
  // The host of a worker lives on.
  const left = () => markedProcesses(mark).filter(({ pid }) => pid !== host.pid);
  const took = await goneAsPromised('the trees', PROMISED_MS, left);
  const lost = abandoned(host.all('started'));
  if (!expected) {
    host.say('exit');
    await host.endedWell();
  }
  return {
    happened: `${before - 1} processes, ${leaves} of them at the ends of ${sizes.trees} trees, were gone after ${seconds(took)}`,
    lost,
    processesLeft: await processesLeft(context),
    descriptorsLeft: 0,
  };
}

const bySignal = (signal, words) => ({
  name: `host-${signal.slice(3).toLowerCase()}`,
  fault: `host ended by ${signal}${words}`,
  how: 'kill of a host that runs trees: groups, pipelines, `setsid`, double forks, ignored signals',
  run: (context) => dies(context, 'trees', (host) => process.kill(host.pid, signal), signal),
});

const byItself = (end, code, fault) => ({
  name: `host-${end}`,
  fault,
  how: 'the same trees',
  run: (context) => dies(context, 'trees', (host) => host.say('end', end), code),
});

/** Whatever is just being launched when the host dies must not get away. */
async function diesWhileLaunching(context) {
  const { mark, sizes } = context;
  let slowest = 0;
  for (let round = 0; round < sizes.launchKills; round++) {
    const host = startHost(import.meta.url, 'trees', { mark, trees: sizes.trees });
    await host.told('submitted');
    await sleep(Math.random() * 60);
    process.kill(host.pid, 'SIGKILL');
    await host.ended();
    const left = () => markedProcesses(mark);
    slowest = Math.max(slowest, await goneAsPromised('the trees', PROMISED_MS, left));
  }
  return {
    happened: `${sizes.launchKills} hosts killed within 60 ms of their first request; all gone after ${seconds(slowest)} at the latest`,
    lost: 0,
    processesLeft: await processesLeft(context),
    descriptorsLeft: 0,
  };
}

export const rows = [
  bySignal('SIGKILL', ', as by the kernel when memory runs out'),
  bySignal('SIGINT', ' without a handler, as at Ctrl-C'),
  bySignal('SIGTERM', ' without a handler'),
  bySignal('SIGHUP', ' without a handler, as when a terminal is closed'),
  byItself('exit', 7, 'host calls `process.exit()`'),
  byItself('throw', 1, 'host ends by an uncaught error'),
  {
    name: 'host-worker',
    fault: 'worker thread terminated',
    how: 'the same trees in a worker, and `worker.terminate()`',
    run: (context) => dies(context, 'worker', (host) => host.say('end')),
  },
  {
    name: 'host-kill-while-launching',
    fault: 'host ended by SIGKILL while it launches',
    how: 'kill at a random moment while the first trees are made',
    run: diesWhileLaunching,
  },
];
