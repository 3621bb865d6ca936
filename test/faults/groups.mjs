// Descendants that cleared their environment, left their session and lost their parent: only a control group, the mark
// in their limits, or a pipe that they hold, leads to their execution. Each row runs in a host with control groups of its
// own, or with none.
import assert from 'node:assert/strict';
import process from 'node:process';
import { accounted, processesLeft } from './support/account.mjs';
import { startUnder, WITH_GROUPS, WITHOUT_GROUPS } from './support/control-groups.mjs';
import { isAlive, processInfo } from './support/processes.mjs';
import { leaf, sh } from './support/requests.mjs';
import { grown, leavesOf } from './support/trees.mjs';
import { goneAsPromised, seconds, withGuard } from './support/wait.mjs';

const GRACE_MS = 300;
const PROMISED_MS = GRACE_MS + 1_000;
const HOST_DEATH_MS = 2_000;
const config = { forceKillAfterDelayMs: GRACE_MS, drainGraceMs: 200 };

const hidden = (mark) => `(env -i setsid ${leaf(mark)} >/dev/null 2>&1 </dev/null &)`;

async function cancelled({ mark }, { ledger }) {
  const { execution, ended } = ledger.start(sh(`${hidden(mark)}; ${leaf(mark)}; :`));
  await grown(mark, 2);
  await execution.cancel();
  const took = await goneAsPromised('the tree', PROMISED_MS, () => leavesOf(mark));
  const { result } = await ended;
  assert.deepEqual(result.termination?.survivors, [], 'termination.survivors');
  return `ended by its control group, ${seconds(took)} after the cancel`;
}

async function leftBehind({ mark }, { engine, ledger }) {
  const { result } = await ledger.run(sh(`${hidden(mark)}; :`));
  assert.equal(result.status, 'completed');
  await grown(mark, 1);
  await engine.shutdown({ graceMs: GRACE_MS });
  assert.deepEqual(leavesOf(mark), [], 'processes left after the shutdown');
  return 'outlived its command, and was ended by the shutdown';
}

/** Without a control group, the mark in its limits identifies it, also after the end of its command. */
async function marked({ mark }, { engine, ledger }) {
  await ledger.run(sh(`env -i ${leaf(mark)} >/dev/null 2>&1 </dev/null & ${hidden(mark)}; :`));
  await grown(mark, 2);
  const { execution, ended } = ledger.start(sh(`${hidden(mark)}; ${leaf(mark)}; :`));
  await grown(mark, 4);
  await execution.cancel();
  const { result } = await ended;
  assert.deepEqual(result.termination?.survivors, [], 'termination.survivors');
  assert.equal(leavesOf(mark).length, 2, 'processes of the command that has ended');
  await engine.shutdown({ graceMs: GRACE_MS });
  assert.deepEqual(leavesOf(mark), [], 'processes left after the shutdown');
  return 'ended with the cancel; two of a command that had ended outlived it until the shutdown';
}

/** If it has no mark either, the pipe that it holds identifies it. */
async function named({ mark }, { ledger }) {
  const unmarked = 'prlimit --rttime=1000000000:1000000000';
  const { execution, ended } = ledger.start(
    sh(`(${unmarked} env -i setsid ${leaf(mark)} &); ${leaf(mark)}; :`),
  );
  await grown(mark, 2);
  const start = performance.now();
  await execution.cancel();
  const { result } = await withGuard('the end of the execution', ended, 10_000);
  const took = performance.now() - start;
  const left = leavesOf(mark).map(({ pid }) => pid);
  assert.equal(left.length, 1, 'surviving processes: this row shows nothing');
  assert.deepEqual(result.termination?.survivors, left, 'termination.survivors');
  assert.ok(isAlive(processInfo(left[0])), 'it was ended');
  // A survivor is reported; the caller ends it.
  process.kill(left[0], 'SIGKILL');
  return `survived, and was reported in \`result.termination.survivors\` ${seconds(took)} after the cancel`;
}

const bodies = { cancelled, leftBehind, marked, named };

export const hosts = {
  async accounted({ context, body }, { tell }) {
    try {
      tell('report', await accounted(context, config, (account) => bodies[body](context, account)));
    } catch (error) {
      tell('failure', error.stack);
    }
  },

  async killed({ mark }, { tell }) {
    const { ExecutionEngine } = await import('escher-execution-engine');
    const engine = new ExecutionEngine();
    await engine.run(sh(`${hidden(mark)}; :`));
    engine.run(sh(`${hidden(mark)}; ${leaf(mark)}; :`));
    tell('running');
    await new Promise(() => setInterval(() => undefined, 1_000));
  },
};

async function inHost(context, how, body) {
  const { host, skip } = startUnder(how, context, import.meta.url, 'accounted', { context, body });
  if (skip) return { skip };
  await Promise.race([host.told('report'), host.told('failure')]);
  const [failure] = host.all('failure');
  if (failure) throw new Error(failure);
  await host.endedWell();
  return host.all('report')[0];
}

async function hostKilled(context, how) {
  const { host, skip } = startUnder(how, context, import.meta.url, 'killed', context);
  if (skip) return { skip };
  await host.told('running');
  await grown(context.mark, 3);
  process.kill(host.pid, 'SIGKILL');
  await host.ended();
  const took = await goneAsPromised('all three', HOST_DEATH_MS, () => leavesOf(context.mark));
  return {
    happened: `one of a command that runs, one of a command that has ended, and the command: gone after ${seconds(took)}`,
    lost: 0,
    processesLeft: await processesLeft(context),
    descriptorsLeft: 0,
  };
}

const fault = 'escaper without environment, session and parent';
const made = '`(env -i setsid … &)`, its parent gone';

export const rows = [
  {
    name: 'tree-hidden-orphan',
    fault,
    how: `${made}; a cancel, with control groups`,
    run: (context) => inHost(context, WITH_GROUPS, 'cancelled'),
  },
  {
    name: 'tree-hidden-left',
    fault: `${fault}, of a command that has ended`,
    how: `${made}; a shutdown, with control groups`,
    run: (context) => inHost(context, WITH_GROUPS, 'leftBehind'),
  },
  {
    name: 'tree-hidden-marked',
    fault: `${fault}, and no control group`,
    how: `${made}, and \`env -i … &\`; a cancel and a shutdown`,
    run: (context) => inHost(context, WITHOUT_GROUPS, 'marked'),
  },
  {
    name: 'tree-hidden-named',
    fault: `${fault}, and neither a control group nor a mark`,
    how: `${made} with a lower limit, with the pipe of its command; a cancel`,
    run: (context) => inHost(context, WITHOUT_GROUPS, 'named'),
  },
  {
    name: 'host-kill-hidden',
    fault: `${fault}, and the host is killed`,
    how: `${made}; SIGKILL of the host, with control groups`,
    run: (context) => hostKilled(context, WITH_GROUPS),
  },
  {
    name: 'host-kill-hidden-marked',
    fault: `${fault}, and the host is killed`,
    how: `${made}; SIGKILL of the host, without control groups`,
    run: (context) => hostKilled(context, WITHOUT_GROUPS),
  },
];
