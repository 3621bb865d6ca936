// Who has cleared his environment, left his session and lost his parent: nothing leads to his execution but a control
// group, or the pipe that he holds. Each row runs in a host with control groups of its own, or with none.
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
  assert.deepEqual(leavesOf(mark), [], 'what was there after the shutdown');
  return 'lived on after its command, and was gone with the shutdown';
}

/** Where no group holds it, the pipe that it holds is what tells of it. */
async function named({ mark }, { ledger }) {
  const { execution, ended } = ledger.start(
    sh(`(env -i setsid ${leaf(mark)} &); ${leaf(mark)}; :`),
  );
  await grown(mark, 2);
  const start = performance.now();
  await execution.cancel();
  const { result } = await withGuard('the end of the execution', ended, 10_000);
  const took = performance.now() - start;
  const left = leavesOf(mark).map(({ pid }) => pid);
  assert.equal(left.length, 1, 'processes that live on: this row shows nothing');
  assert.deepEqual(result.termination?.survivors, left, 'termination.survivors');
  assert.ok(isAlive(processInfo(left[0])), 'it was ended');
  // It was told of; whoever was told ends it.
  process.kill(left[0], 'SIGKILL');
  return `lived on, and stood in \`result.termination.survivors\` ${seconds(took)} after the cancel`;
}

const bodies = { cancelled, leftBehind, named };

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

async function hostKilled(context) {
  const { host, skip } = startUnder(WITH_GROUPS, context, import.meta.url, 'killed', context);
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
    name: 'tree-hidden-named',
    fault: `${fault}, and no control group`,
    how: `${made}, with the pipe of its command; a cancel`,
    run: (context) => inHost(context, WITHOUT_GROUPS, 'named'),
  },
  {
    name: 'host-kill-hidden',
    fault: `${fault}, and the host is killed`,
    how: `${made}; SIGKILL of the host, with control groups`,
    run: hostKilled,
  },
];
