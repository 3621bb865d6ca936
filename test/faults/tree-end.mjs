// The engine ends trees of every shape itself: within the grace period and one second nothing of them is there, or the
// result names it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ExecutionEngine } from 'escher-execution-engine';
import { accounted } from './support/account.mjs';
import { isAlive, markedProcesses, processInfo } from './support/processes.mjs';
import { exec, leaf, pidOf, sh } from './support/requests.mjs';
import { grown, leavesOf, shapes } from './support/trees.mjs';
import { goneAsPromised, seconds, waitFor } from './support/wait.mjs';

const hostProgram = fileURLToPath(new URL('./support/host-main.mjs', import.meta.url));
const GRACE_MS = 300;
const PROMISED_MS = GRACE_MS + 1_000;
const config = { forceKillAfterDelayMs: GRACE_MS, maxConcurrentExecutions: 50 };

const termination = (result) => {
  assert.ok(result.termination, `the result has no termination, its status is ${result.status}`);
  return result.termination;
};

/** What was marked before the trees were planted (such as a watchdog) does not belong to them. */
function leftSince(mark) {
  const before = new Set(markedProcesses(mark).map(({ pid }) => pid));
  return () => markedProcesses(mark).filter(({ pid }) => !before.has(pid));
}

const ways = {
  timeout: { request: { timeoutMs: 1_500 }, status: 'timeout' },
  idleTimeout: { request: { idleTimeoutMs: 1_500 }, status: 'timeout' },
  cancel: { end: (executions) => executions.map((one) => one.cancel()), status: 'cancelled' },
  outputLimit: {
    request: {
      stdin: 'pipe',
      maxOutputSizeBytes: 10,
      oversizedOutputStrategy: 'failExecution',
    },
    // The tree is grown, then it says too much.
    wrap: (command) => `(${command}) & read _; echo 'more than ten bytes'; wait`,
    end: (executions) => executions.map((one) => one.stdin.end('\n')),
    status: 'failed',
  },
  shutdown: {
    end: (_, engine) => [engine.shutdown({ graceMs: GRACE_MS })],
    status: 'cancelled',
  },
};

/** Plants one tree of each shape, ends them all in one way, and looks. */
async function endAll(context, { engine, ledger }, reason) {
  const { mark } = context;
  const { request = {}, wrap = (command) => command, end, status } = ways[reason];
  const trees = Object.values(shapes(mark));
  const left = leftSince(mark);
  const started = trees.map(({ command }) => ledger.start(sh(wrap(command), request)));
  await grown(
    mark,
    trees.reduce((sum, { leaves }) => sum + leaves, 0),
  );
  const planted = left().length;
  if (end) {
    for (const done of end(
      started.map(({ execution }) => execution),
      engine,
    ))
      done.catch?.(() => undefined);
  } else {
    await Promise.race(started.map(({ ended }) => ended));
  }
  const took = await goneAsPromised('the trees', PROMISED_MS, left);
  for (const { ended } of started) {
    const { result } = await ended;
    assert.equal(result.status, status, 'status');
    const told = termination(result);
    assert.equal(told.reason, reason, 'termination.reason');
    assert.equal(told.signals[0], 'SIGTERM', 'the first of termination.signals');
    assert.deepEqual(told.survivors, [], 'termination.survivors');
  }
  return `${planted} processes of ${trees.length} trees were gone ${seconds(took)} after ${end ? 'the call' : 'the first timeout'}; every result says so`;
}

const how = 'groups, pipelines, `setsid`, double forks, ignored SIGTERM; grace period 300 ms';

const ending = (reason, fault) => ({
  name: `tree-${reason}`,
  fault,
  how,
  run: (context) => accounted(context, config, (account) => endAll(context, account, reason)),
});

/** Whatever the tree does on the polite signal, SIGKILL comes when the grace period is over. */
async function deaf(context, { ledger }) {
  const { mark } = context;
  const { command, leaves } = shapes(mark).deaf;
  const left = leftSince(mark);
  const { execution, ended } = ledger.start(sh(command));
  await grown(mark, leaves);
  await execution.cancel();
  const took = await goneAsPromised('the tree', PROMISED_MS, left);
  const { result } = await ended;
  assert.equal(result.signal, 'SIGKILL', 'signal');
  assert.ok(took >= GRACE_MS / 2, `killed after ${took} ms: the grace period was not waited for`);
  assert.deepEqual(termination(result).signals, ['SIGTERM', 'SIGKILL']);
  return `ended by SIGKILL ${seconds(took)} after the cancel, with a grace period of ${seconds(GRACE_MS)}`;
}

/** A stopped process acts on SIGKILL and SIGCONT only. It has not ended; the timeout ends it, and is the reported reason. */
async function stopped(context, { ledger }) {
  const { mark } = context;
  const timeoutMs = 3_000;
  const left = leftSince(mark);
  const { execution, ended } = ledger.start(sh(`${leaf(mark)} & ${leaf(mark)}; :`, { timeoutMs }));
  await grown(mark, 2);
  const both = [await pidOf(execution), leavesOf(mark)[0].pid];
  for (const pid of both) process.kill(pid, 'SIGSTOP');
  const areStopped = () => both.every((pid) => processInfo(pid)?.state === 'T');
  await waitFor('both to be stopped', areStopped);
  const { result } = await ended;
  assert.equal(result.status, 'timeout', 'status');
  assert.ok(
    result.durationMs >= timeoutMs,
    `it ended after ${result.durationMs} ms, when it was stopped`,
  );
  const took = await goneAsPromised('the stopped tree', PROMISED_MS, left);
  return `no end while it was stopped; timeout, and gone, ${seconds(result.durationMs + took)} after the start with a timeout of ${seconds(timeoutMs)}`;
}

/**
 * A tree that forks on SIGTERM, and a chain of processes that fork and exit, each in a session of its own: the list of
 * processes is out of date as soon as it is read.
 */
async function bomb(context, { ledger }) {
  const { mark, dir, sizes } = context;
  const script = path.join(dir, 'bomb.sh');
  writeFileSync(
    script,
    [
      '# bomb.sh <tree|twig|hop> <n>: a tree of depth n whose nodes fork once more on SIGTERM, or n hops of a chain.',
      'case $1 in',
      'tree) trap "sh $0 twig 0 &" TERM',
      '  if [ $2 -gt 0 ]; then sh $0 tree $(($2 - 1)) & sh $0 tree $(($2 - 1)) & fi ;;',
      'hop) if [ $2 -gt 0 ]; then setsid sh $0 hop $(($2 - 1)) & exit; fi ;;',
      'esac',
      `${leaf(mark)} & wait; wait; ${leaf(mark)}`,
    ].join('\n'),
  );
  // A tree of depth d has 2^(d+1) - 1 nodes; each runs a leaf and may fork a twig with a leaf.
  const depth = Math.max(1, Math.floor(Math.log2((sizes.forks * 0.6) / 4)) - 1);
  const nodes = 2 ** (depth + 1) - 1;
  const hops = Math.floor(sizes.forks * 0.3);
  const left = leftSince(mark);
  const { execution, ended } = ledger.start(
    sh(`setsid sh ${script} hop ${hops} & sh ${script} tree ${depth}`),
  );
  await waitFor('the tree to grow', () => leavesOf(mark).length >= nodes);
  const most = left().length;
  await execution.cancel();
  const took = await goneAsPromised('the bomb', PROMISED_MS, left);
  const { result } = await ended;
  assert.deepEqual(termination(result).survivors, [], 'termination.survivors');
  return `${most} processes, and up to ${nodes + hops} more forked meanwhile, were gone ${seconds(took)} after the cancel`;
}

/** Cleared its environment and left its session: nothing in it identifies its execution. */
async function hidden(context, { ledger }) {
  const { mark } = context;
  const escaper = `env -i setsid ${leaf(mark)} >/dev/null 2>&1 </dev/null &`;
  const { execution, ended } = ledger.start(sh(`${escaper} ${leaf(mark)}; :`));
  await grown(mark, 2);
  const leader = await pidOf(execution);
  const escaped = leavesOf(mark).filter(({ session }) => session !== leader);
  assert.equal(escaped.length, 1, 'processes outside of the session');
  const [{ pid }] = escaped;
  await execution.cancel();
  const { result } = await ended;
  if (!isAlive(processInfo(pid))) return 'killed';
  const { survivors } = termination(result);
  assert.ok(survivors.includes(pid), `process ${pid} survives, and the result does not report it`);
  // A survivor is reported; the caller ends it.
  process.kill(pid, 'SIGKILL');
  return 'survived, and was reported in `result.termination.survivors`';
}

export const hosts = {
  /** A host that is itself a command of another engine. */
  async inner({ mark }) {
    const engine = new ExecutionEngine();
    for (const { command } of Object.values(shapes(mark))) engine.run(sh(command));
    await new Promise(() => setInterval(() => undefined, 1_000));
  },
};

/** The engine of the command is gone with it, and so is all that it ran. */
async function nested(context, { ledger }) {
  const { mark } = context;
  const left = leftSince(mark);
  const words = [import.meta.url, 'inner', JSON.stringify({ mark })];
  const { execution, ended } = ledger.start(exec(process.execPath, [hostProgram, ...words]));
  const leaves = Object.values(shapes(mark)).reduce((sum, tree) => sum + tree.leaves, 0);
  await grown(mark, leaves);
  await execution.cancel();
  const took = await goneAsPromised('the trees of the inner engine', PROMISED_MS, left);
  const { result } = await ended;
  assert.deepEqual(termination(result).survivors, [], 'termination.survivors');
  return `the inner host and the ${leaves} ends of its trees were gone ${seconds(took)} after the cancel`;
}

const row = (name, fault, made, body) => ({
  name,
  fault,
  how: made,
  run: (context) => accounted(context, config, (account) => body(context, account)),
});

export const rows = [
  ending('timeout', 'trees that escape, at a timeout'),
  ending('idleTimeout', 'trees that escape, at a timeout for silence'),
  ending('cancel', 'trees that escape, at a cancel'),
  ending('outputLimit', 'trees that escape, at the output limit'),
  ending('shutdown', 'trees that escape, at a shutdown'),
  row('tree-deaf', 'tree that ignores SIGTERM', "`trap '' TERM INT HUP` at every level", deaf),
  row(
    'tree-stopped',
    'stopped child',
    'SIGSTOP of the command and of its child, then a timeout',
    stopped,
  ),
  row(
    'tree-nested',
    'command that runs an engine of its own',
    'a Node program with trees of every shape under an engine, and a cancel of it',
    nested,
  ),
  row(
    'tree-bomb',
    'bounded fork bomb',
    'a tree that forks on SIGTERM, and a chain that forks and exits, each in a session of its own',
    bomb,
  ),
  row(
    'tree-hidden',
    'escaper without environment and session',
    '`env -i setsid`, its parent still there',
    hidden,
  ),
];
