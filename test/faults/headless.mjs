// Processes whose first thread has ended while another one lives. In /proc such a process has the state of a zombie, no
// environment and no arguments, and `cgroup.kill` does not reach it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { accounted, processesLeft } from './support/account.mjs';
import { startUnder, WITH_GROUPS, WITHOUT_GROUPS } from './support/control-groups.mjs';
import { markedProcesses } from './support/processes.mjs';
import { sh } from './support/requests.mjs';
import { goneAsPromised, seconds, waitFor } from './support/wait.mjs';

const GRACE_MS = 300;
const PROMISED_MS = GRACE_MS + 1_000;
const HOST_DEATH_MS = 2_000;
const config = { forceKillAfterDelayMs: GRACE_MS };

const program = fileURLToPath(new URL('./children/headless.py', import.meta.url));

/** The interpreter itself: a wrapper may need variables. */
const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).stdout.trim();

/** A command that stays, and a descendant that has left its session and lost its parent. */
const command = (mark, { hidden = false }) =>
  `(${hidden ? 'env -i ' : ''}setsid ${python} ${program} ${mark} >/dev/null 2>&1 </dev/null &); sleep 300`;

const headless = (mark) => markedProcesses(mark).filter(({ state }) => state === 'Z');

async function cancelled({ mark }, { ledger }) {
  const { execution, ended } = ledger.start(sh(command(mark, {})));
  await waitFor('the end of its first thread', () => headless(mark).length === 1);
  await execution.cancel();
  const took = await goneAsPromised('the process', PROMISED_MS, () => headless(mark));
  const { result } = await ended;
  assert.deepEqual(result.termination?.survivors, [], 'termination.survivors');
  return `ended ${seconds(took)} after the cancel`;
}

export const hosts = {
  async host({ mark, hidden }, { tell }) {
    const { ExecutionEngine } = await import('escher-execution-engine');
    new ExecutionEngine().run(sh(command(mark, { hidden })));
    tell('running');
    await new Promise(() => setInterval(() => undefined, 1_000));
  },
};

async function hostKilled(context, how, hidden) {
  const { mark } = context;
  const { host, skip } = startUnder(how, context, import.meta.url, 'host', { mark, hidden });
  if (skip) return { skip };
  await host.told('running');
  await waitFor('the end of its first thread', () => headless(mark).length === 1);
  process.kill(host.pid, 'SIGKILL');
  await host.ended();
  const took = await goneAsPromised('the process', HOST_DEATH_MS, () => headless(mark));
  return {
    happened: `gone after ${seconds(took)}`,
    lost: 0,
    processesLeft: await processesLeft(context),
    descriptorsLeft: 0,
  };
}

const fault = 'process whose first thread has ended';

export const rows = [
  {
    name: 'tree-headless',
    fault,
    how: 'a daemon that ends its first thread; a cancel',
    run: (context) => accounted(context, config, (account) => cancelled(context, account)),
  },
  {
    name: 'host-kill-headless',
    fault: `${fault}, and the host is killed`,
    how: 'the same; SIGKILL of the host, without control groups',
    run: (context) => hostKilled(context, WITHOUT_GROUPS, false),
  },
  {
    name: 'host-kill-headless-hidden',
    fault: `${fault}, hidden, and the host is killed`,
    how: 'the same without an environment; SIGKILL of the host, with control groups',
    run: (context) => hostKilled(context, WITH_GROUPS, true),
  },
];
