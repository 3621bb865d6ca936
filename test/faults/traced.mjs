// Children under a tracer: a pidfd may become readable without an exit, and a blocking wait would then hang.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { accounted } from './support/account.mjs';
import { isAlive, processInfo, statusField } from './support/processes.mjs';
import { exec, pidOf } from './support/requests.mjs';
import { seconds, waitFor, withGuard } from './support/wait.mjs';

const TRACED = 20;
const OTHERS = 100;

/** `-D`: the tracer is a process beside it, and the child of the engine is the traced program itself. */
async function plant(ledger) {
  const started = Array.from({ length: TRACED }, () =>
    ledger.start(exec('strace', ['-D', '-o', '/dev/null', 'sleep', '60'])),
  );
  const pids = await Promise.all(started.map(({ execution }) => pidOf(execution)));
  const isTraced = (pid) =>
    processInfo(pid)?.name === 'sleep' && statusField(pid, 'TracerPid') !== '0';
  await waitFor('all to be traced', () => pids.every(isTraced));
  return { started, pids };
}

const others = (ledger, count) =>
  withGuard(
    'the executions beside the traced ones',
    Promise.all(Array.from({ length: count }, () => ledger.result(exec('/bin/true')))),
  );

async function signalled({ ledger }) {
  const { started } = await plant(ledger);
  const start = performance.now();
  const meanwhile = others(ledger, OTHERS);
  for (const { execution } of started) await execution.kill('SIGINT');
  await meanwhile;
  const took = performance.now() - start;
  for (const { ended } of started) {
    const { result } = await ended;
    assert.deepEqual([result.status, result.signal], ['failed', 'SIGINT']);
  }
  return `${TRACED} ended by SIGINT; ${OTHERS} others were done meanwhile, in ${seconds(took)}`;
}

async function woken({ ledger }) {
  const { started, pids } = await plant(ledger);
  for (let round = 0; round < 5; round++) {
    for (const { execution } of started) await execution.kill('SIGWINCH');
    await others(ledger, OTHERS / 5);
  }
  // With a blocking wait the others would have had to wait for these.
  const alive = pids.filter((pid) => isAlive(processInfo(pid))).length;
  assert.equal(alive, TRACED, 'traced processes that live on');
  await Promise.all(started.map(({ execution }) => execution.cancel()));
  for (const { ended } of started) assert.equal((await ended).result.status, 'cancelled', 'status');
  return `${OTHERS} others ran to their end while ${TRACED} traced ones stopped and went on; those ended by a cancel`;
}

const row = (name, fault, how, body) => ({
  name,
  fault,
  how,
  run(context) {
    if (spawnSync('strace', ['-V']).error) return { skip: 'needs strace' };
    // One io thread: if it is held up, everything is.
    return accounted(context, { ioThreads: 1, maxConcurrentExecutions: TRACED + OTHERS }, body);
  },
});

export const rows = [
  row(
    'traced-signal',
    'signal to a traced child',
    '20 times `strace -D sleep 60`, and SIGINT',
    signalled,
  ),
  row(
    'traced-wakes',
    'pidfd that wakes without an exit',
    '20 times `strace -D sleep 60`, and SIGWINCH, over and over: a stop of the tracee, and no end',
    woken,
  ),
];
