// What a child starts with does not depend on what its host has, or had done to it.
import assert from 'node:assert/strict';
import process from 'node:process';
import { ExecutionEngine } from 'escher-execution-engine';
import { accounted, processesLeft } from './support/account.mjs';
import { startHost } from './support/host.mjs';
import { environmentOf, processInfo, statusField } from './support/processes.mjs';
import { pidOf, sh } from './support/requests.mjs';
import { engineMarkOf } from './support/trees.mjs';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const LINK = `${UUID}/${UUID}`;

const report = `
cat /proc/self/status
grep 'Max open files' /proc/self/limits
echo "umask $(umask)"
i=0; while [ $i -lt 300 ]; do [ -e /proc/$$/fd/$i ] && echo "fd $i"; i=$((i+1)); done`;

export const hosts = {
  async dirty({ mark }, { tell }) {
    const account = await accounted({ mark }, {}, async ({ ledger }) => {
      const { stdout } = await ledger.result(sh(report));
      const { execution, ended } = ledger.start(sh('read _', { stdin: 'pipe' }));
      const { session, pgrp, tty } = processInfo(await pidOf(execution));
      const pid = execution.pid;
      execution.stdin.end();
      await ended;
      return { stdout, leads: session === pid && pgrp === pid, tty };
    });
    tell('report', { ...account, own: statusField(process.pid, 'SigIgn') });
  },

  /** An engine inside an execution of another engine. */
  async nested(_, { tell }) {
    const engine = new ExecutionEngine();
    const execution = engine.run(sh('read _', { stdin: 'pipe' }));
    tell('inner', { mark: engineMarkOf(await pidOf(execution)), id: execution.id });
    execution.stdin.end();
    await execution;
    await engine.shutdown();
  },
};

async function clean(context) {
  // Ignored signals, a blocked one would need another tool; an open descriptor, a low limit, a umask.
  const dirt =
    'trap "" HUP USR1 USR2 TSTP PIPE; umask 027; ulimit -S -n 256; exec 9</dev/null; "$@"; exit $?';
  const host = startHost(
    import.meta.url,
    'dirty',
    { mark: context.mark },
    {
      under: ['sh', '-c', dirt, 'sh'],
    },
  );
  const { happened, own, ...counts } = await host.told('report');
  await host.endedWell();
  assert.notEqual(Number.parseInt(own, 16), 0, 'the host ignores nothing: this row shows nothing');
  const { stdout, leads, tty } = happened;
  const field = (name) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(stdout)?.[1];
  assert.match(field('SigIgn'), /^0+$/);
  assert.match(field('SigBlk'), /^0+$/);
  assert.match(stdout, /^Max open files +256 /m);
  assert.match(stdout, /^umask 0027$/m);
  assert.deepEqual(stdout.match(/^fd \d+$/gm), ['fd 0', 'fd 1', 'fd 2']);
  assert.deepEqual([leads, tty], [true, 0], 'leader of its session, terminal');
  return {
    ...counts,
    happened:
      'no signal ignored or blocked, descriptors 0, 1, 2, the limit on open files from before Node raised it, session and group of its own, no terminal',
    processesLeft: await processesLeft(context),
  };
}

/** The mark by which everything is found again that came of an execution. */
const marked = (context) =>
  accounted(context, {}, async ({ ledger }) => {
    const { execution, ended } = ledger.start(
      sh('read _', { stdin: 'pipe', env: { EXEC_ENGINE_ID: 'forged', A: '1' }, extendEnv: false }),
    );
    const pid = await pidOf(execution);
    const mark = engineMarkOf(pid);
    const others = environmentOf(pid).filter((text) => text.startsWith('A='));
    execution.stdin.end();
    await ended;
    assert.match(mark ?? 'no EXEC_ENGINE_ID', new RegExp(`(^|:)${LINK}$`));
    assert.ok(mark.endsWith(`/${execution.id}`), `${mark} does not name ${execution.id}`);
    assert.deepEqual(others, ['A=1']);
    return '`EXEC_ENGINE_ID` names engine and execution, also where the request replaces the environment';
  });

async function nested(context) {
  const host = startHost(
    import.meta.url,
    'nested',
    {},
    {
      env: {
        EXEC_ENGINE_ID: `${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}/${'1'.repeat(8)}-1111-4111-8111-${'1'.repeat(12)}`,
      },
    },
  );
  const { mark, id } = await host.told('inner');
  await host.endedWell();
  assert.match(mark ?? 'no EXEC_ENGINE_ID', new RegExp(`^${LINK}:${LINK}$`));
  assert.ok(mark.startsWith('00000000-') && mark.endsWith(`/${id}`), mark);
  return {
    happened: 'the mark of the inner engine follows that of the outer one',
    lost: 0,
    processesLeft: await processesLeft(context),
    descriptorsLeft: 0,
  };
}

export const rows = [
  {
    name: 'child-state',
    fault: 'host with a dirty state',
    how: 'ignored signals, a umask, a low limit on open files, a descriptor without close-on-exec',
    run: clean,
  },
  {
    name: 'child-mark',
    fault: 'request that replaces the environment',
    how: '`extendEnv: false`, and a forged mark in `env`',
    run: marked,
  },
  {
    name: 'child-nested',
    fault: 'engine inside an execution of another engine',
    how: 'a host that carries a mark already',
    run: nested,
  },
];
