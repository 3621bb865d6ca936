import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ExecutionEngine, ExecutionRequest } from 'escher-execution-engine';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { present } from '../../support/expectations';
import { reportOf, startHost } from '../../support/hosts';
import { descriptors, processStat, statusField, zombieChildren } from '../../support/processes';
import { waitFor } from '../../support/wait';

/** A child that runs and waits, to be inspected in `/proc`. */
async function waitingChild(
  engine: ExecutionEngine,
  extra: Partial<ExecutionRequest> = {},
): Promise<number> {
  const execution = engine.run({ ...sh('echo ready; read _'), stdin: 'pipe', ...extra });
  await new Promise((resolve) => execution.once('stdout', resolve));
  return present(execution.pid);
}

describe('a child', () => {
  test('has the descriptors 0, 1 and 2 and no other', async () => {
    const engine = makeEngine();
    for (let round = 0; round < 5; round++) {
      // All are open at once: none inherits from its neighbours.
      const open = descriptors(await waitingChild(engine));
      expect(Object.keys(open).sort()).toEqual(['0', '1', '2']);
      expect(open).toMatchObject({
        1: expect.stringMatching(/^pipe:/),
        2: expect.stringMatching(/^pipe:/),
      });
      expect(open['1']).not.toBe(open['2']);
    }
  });

  test('has one pipe for both streams when they are merged', async () => {
    const engine = makeEngine();
    const open = descriptors(await waitingChild(engine, { mergeStderr: true }));
    expect(open['2']).toBe(open['1']);
  });

  test('has none of the descriptors that the host inherited', async () => {
    // 9 is no close-on-exec descriptor in the host.
    const host = startHost('waiting-child.cjs', {
      under: ['sh', '-c', 'exec 9</dev/null; "$@"', 'sh'],
    });
    const [, pid = ''] = await host.line(/^child (\d+)$/m);
    expect(Object.keys(descriptors(Number(pid))).sort()).toEqual(['0', '1', '2']);
  });

  test('has default dispositions and an empty mask', async () => {
    // Node ignores SIGPIPE by itself; the others are what a host may inherit, from nohup for example.
    const host = startHost('waiting-child.cjs', {
      under: ['sh', '-c', 'trap \'\' HUP USR1 USR2 TSTP; exec "$@"', 'sh'],
    });
    const [, pid = ''] = await host.line(/^child (\d+)$/m);
    expect(Number(`0x${statusField(host.pid, 'SigIgn')}`)).not.toBe(0);
    expect(statusField(Number(pid), 'SigIgn')).toMatch(/^0+$/);
    expect(statusField(Number(pid), 'SigBlk')).toMatch(/^0+$/);
  });

  test('of a pipeline ends by SIGPIPE silently', async () => {
    const engine = makeEngine();
    const bash = {
      command: { type: 'shell', command: 'set -o pipefail; yes | head -1; echo $?', shell: 'bash' },
    } as const;
    expect(await engine.run(bash)).toMatchObject({ stdout: 'y\n141\n', stderr: '' });
  });

  test('leads a session and a group of its own, without a terminal', async () => {
    const engine = makeEngine();
    const pid = await waitingChild(engine);
    expect(processStat(pid)).toMatchObject({ ppid: process.pid, pgrp: pid, session: pid, tty: 0 });
  });

  test('has no controlling terminal even where the host has one', async () => {
    const terminal =
      'import os,pty,sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
    const host = startHost('waiting-child.cjs', { under: ['python3', '-c', terminal] });
    const [, pid = ''] = await host.line(/^child (\d+)\r?$/m);
    const child = present(processStat(Number(pid)));
    expect(present(processStat(child.ppid)).tty).not.toBe(0);
    expect(child).toMatchObject({ tty: 0, session: child.pid });
  });

  test('has the soft limit on open files that the host had before Node raised it', async () => {
    const host = startHost('waiting-child.cjs', {
      under: ['sh', '-c', 'ulimit -S -n 256; "$@"; exit $?', 'sh'],
    });
    const [, pid = ''] = await host.line(/^child (\d+)$/m);
    const limits = (of: number) =>
      /^Max open files +(\d+) +(\d+)/m.exec(readFileSync(`/proc/${of}/limits`, 'utf8'))?.slice(1) ??
      [];
    const [soft, hard] = limits(Number(pid));
    expect(soft).toBe('256');
    expect(hard).toBe(limits(process.pid)[1]);
  });

  test('has the umask of the host', async () => {
    const engine = makeEngine();
    const expected = execFileSync('/bin/sh', ['-c', 'umask'], { encoding: 'utf8' });
    expect((await engine.run(sh('umask'))).stdout).toBe(expected);
  });
});

describe('the host', () => {
  test('keeps no descriptor and no zombie of an ended execution', async () => {
    const report = await reportOf<{ leaked: string[]; zombies: number[] }>('descriptors.cjs');
    expect(report).toEqual({ leaked: [], zombies: [] });
  });

  test('has no zombie while others run', async () => {
    const engine = makeEngine();
    await waitingChild(engine);
    await Promise.all(Array.from({ length: 50 }, () => engine.run(exec('/bin/true'))));
    expect(zombieChildren()).toEqual([]);
  });

  test('keeps its own signal dispositions and limits', async () => {
    const before = [
      statusField(process.pid, 'SigIgn'),
      statusField(process.pid, 'SigCgt'),
      process.umask(),
    ];
    const engine = makeEngine();
    await engine.run(exec('/bin/true'));
    expect([
      statusField(process.pid, 'SigIgn'),
      statusField(process.pid, 'SigCgt'),
      process.umask(),
    ]).toEqual(before);
  });

  test('receives its signals in its own handlers; its children receive none', async () => {
    const host = startHost('own-signals.cjs');
    const [, child = ''] = await host.line(/^child (\d+)$/m);
    host.child.kill('SIGUSR2');
    await host.line(/^handled SIGUSR2$/m);
    expect(processStat(Number(child))?.ppid).toBe(host.pid);
  });

  test('does not adopt orphans of its children', async () => {
    const engine = makeEngine();
    const { stdout } = await engine.run(sh('sleep 60 >/dev/null 2>&1 & echo $!'));
    const orphan = Number(stdout);
    await waitFor('the orphan to be adopted', () => processStat(orphan)?.ppid !== undefined);
    expect(processStat(orphan)?.ppid).not.toBe(process.pid);
    process.kill(orphan, 'SIGKILL');
  });
});
