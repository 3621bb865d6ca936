// Needs control groups: memory and process limits of a whole tree, and a process that cannot be killed.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ExecutionError } from 'escher-execution-engine';
import { accounted, processesLeft } from './support/account.mjs';
import { HOW_TO_DELEGATE, LIMITS, refusal } from './support/control-groups.mjs';
import { isAlive, processInfo } from './support/processes.mjs';
import { exec, leaf, sh } from './support/requests.mjs';
import { grown, leavesOf } from './support/trees.mjs';
import { seconds, waitFor, withGuard } from './support/wait.mjs';

const mounts = () =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));

/** What cgroup v2 offers to the group of this process: the names of controllers. */
function controllers() {
  const mount = mounts().find(([, , type]) => type === 'cgroup2')?.[1];
  const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  if (mount === undefined || own === undefined) return [];
  try {
    return readFileSync(path.join(mount, own, 'cgroup.controllers'), 'utf8')
      .trim()
      .split(' ');
  } catch {
    return [];
  }
}

async function limited(context) {
  const refused = (await refusal('memory')) ?? (await refusal('pids'));
  if (refused) {
    return { skip: `${refused.message}; ${HOW_TO_DELEGATE}` };
  }
  return accounted(context, {}, async ({ ledger }) => {
    const hungry = exec('python3', ['-c', 'x = b"x" * (512 << 20)'], { limits: LIMITS.memory });
    const { result: killed } = await ledger.run(hungry);
    assert.equal(killed?.signal, 'SIGKILL', 'a command that takes 512 MiB of 64');
    const forks = sh('for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done; wait', {
      limits: { pidsMax: 5 },
    });
    const { result: stopped } = await ledger.run(forks);
    assert.match(stopped?.stderr ?? '', /fork/i, 'a command that makes 10 processes of 5');
    return 'memory: ended by SIGKILL; processes: `fork` was refused';
  });
}

async function refused(context) {
  const told = [];
  for (const controller of Object.keys(LIMITS)) {
    const error = await refusal(controller);
    if (error === undefined) {
      assert.ok(
        controllers().includes(controller),
        `a limit was ignored: there is no ${controller}`,
      );
      continue;
    }
    assert.ok(error instanceof ExecutionError, `${error}`);
    assert.match(error.message, new RegExp(controller), 'the limit in the message');
    assert.match(error.message, /c(ontrol )?group/, 'the reason in the message');
    told.push(error.reason ?? error.code);
  }
  if (told.length === 0) return { skip: 'the limits hold on this machine, see the row above' };
  return {
    happened: `refused with ${told.join(' and ')}; nothing was run without its limit`,
    lost: 0,
    processesLeft: await processesLeft(context),
    descriptorsLeft: 0,
  };
}

const GRACE_MS = 200;

/** A process in a frozen group of cgroup v1 gets its SIGKILL only when it is thawed: the nearest thing to state D. */
function unkillable(context) {
  const freezer = mounts().find(
    ([, , type, options]) => type === 'cgroup' && /\bfreezer\b/.test(options),
  )?.[1];
  const skip =
    'needs root and the freezer of cgroup v1, to make a process that SIGKILL does not end at once';
  if (freezer === undefined) return { skip };
  const group = path.join(freezer, `escher-fault-${context.mark}`);
  try {
    mkdirSync(group);
  } catch {
    return { skip };
  }
  const thaw = () => writeFileSync(path.join(group, 'freezer.state'), 'THAWED');
  return accounted(context, { forceKillAfterDelayMs: GRACE_MS }, async ({ ledger }) => {
    const { mark } = context;
    try {
      const { execution, ended } = ledger.start(
        sh(`${leaf(mark)} >/dev/null 2>&1 & ${leaf(mark)}; :`),
      );
      await grown(mark, 2);
      const [{ pid }] = leavesOf(mark);
      writeFileSync(path.join(group, 'cgroup.procs'), `${pid}`);
      writeFileSync(path.join(group, 'freezer.state'), 'FROZEN');
      const start = performance.now();
      await execution.cancel();
      const { result } = await withGuard('the end of the execution', ended, 10_000);
      const took = performance.now() - start;
      assert.ok(isAlive(processInfo(pid)), 'the process was not frozen: this row shows nothing');
      assert.deepEqual(result.termination?.survivors, [pid], 'survivors');
      thaw();
      await waitFor('the process to end once it can', () => !isAlive(processInfo(pid)));
      return `the result came after ${seconds(took)} and named it; it ended when it was thawed`;
    } finally {
      thaw();
      await waitFor('the group to be empty', () => {
        try {
          rmdirSync(group);
          return true;
        } catch {
          return false;
        }
      });
    }
  });
}

export const rows = [
  {
    name: 'cgroup-limits',
    fault: 'tree that takes too much memory, or makes too many processes',
    how: '`limits.memoryMax`, `limits.pidsMax` in a delegated cgroup v2',
    run: limited,
  },
  {
    name: 'cgroup-refused',
    fault: 'limits that need a cgroup, where there is none',
    how: '`limits.memoryMax`, `limits.pidsMax` without a delegated cgroup v2',
    run: refused,
  },
  {
    name: 'cgroup-frozen',
    fault: 'process that SIGKILL does not end',
    how: 'a child in a frozen group of cgroup v1, and a cancel',
    run: unkillable,
  },
];
