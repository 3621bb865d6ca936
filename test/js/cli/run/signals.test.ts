import { spawn } from 'node:child_process';
import { processExists, processGroupMembers } from '../../support/processes';
import { type Program, programFile, startProgram } from '../../support/program';
import { childScript } from '../../support/repository';
import { waitFor } from '../../support/wait';

/** A tree of three shells that only SIGKILL ends. */
const stubborn = ['/bin/sh', childScript('stubborn.sh'), '3'];

async function started(args: string[], input?: 'keep'): Promise<Program> {
  const running = startProgram(['run', ...args], input === undefined ? {} : { input });
  await running.prints(/ready\n/);
  return running;
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s', (signal, code) => {
  test('ends the whole tree within its grace period', async () => {
    const script = 'trap "echo bye; exit 0" TERM; (sleep 60 & sleep 60) & echo ready; wait';
    const running = await started(['sh', '-c', script]);
    await waitFor('all processes', () => running.commands().length >= 3);
    const commands = running.commands();
    running.child.kill(signal);
    expect(await running.ended).toMatchObject({ code, signal: null, stdout: 'ready\nbye\n' });
    expect(commands.filter(processExists)).toEqual([]);
  });
});

test('a second signal kills the tree immediately', async () => {
  const script =
    'trap "echo received" TERM; (trap "" TERM; exec sleep 60) & echo ready; while :; do sleep 0.05; done';
  const running = await started(['--kill-after', 'never', 'sh', '-c', script]);
  const commands = running.commands();
  running.child.kill('SIGINT');
  await running.prints(/received\n/);
  expect(running.child.exitCode).toBeNull();
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 130 });
  await waitFor('the tree to die', () => !commands.some(processExists));
});

test('--stop gives the steps, and each further signal goes on to the next one', async () => {
  const script =
    'trap "echo int" INT; trap "echo term" TERM; echo ready; while :; do sleep 0.05; done';
  const running = await started(['--stop', 'INT:leader:1h,TERM:1h', 'sh', '-c', script]);
  running.child.kill('SIGINT');
  await running.prints(/int\n/);
  running.child.kill('SIGTERM');
  await running.prints(/term\n/);
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({ code: 130, stdout: 'ready\nint\nterm\n' });
});

test('--kill-after sets the grace period', async () => {
  const running = await started(['--kill-after', '100ms', ...stubborn]);
  const commands = running.commands();
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 143 });
  await waitFor('the tree to die', () => !commands.some(processExists));
});

test('the exit code is that of the signal even if the command exits with 0', async () => {
  const running = await started(['sh', '-c', 'trap "exit 0" TERM; echo ready; sleep 60 & wait']);
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({ code: 130, stderr: '' });
});

describe('a reader that closes its pipe', () => {
  test('ends the tree, for stdout', async () => {
    const running = await started(['sh', '-c', 'echo ready; (sleep 60 &) ; yes']);
    const commands = running.commands();
    running.child.stdout?.destroy();
    expect(await running.ended).toMatchObject({ code: 141, stderr: '' });
    await waitFor('the tree to die', () => !commands.some(processExists));
  });

  test('ends the tree, for stderr', async () => {
    const running = await started(['sh', '-c', 'echo ready; yes >&2']);
    running.child.stderr?.destroy();
    expect(await running.ended).toMatchObject({ code: 141 });
  });

  test('ends the tree, with --binary and --json', async () => {
    for (const mode of ['--binary', '--json']) {
      const running = startProgram(['run', mode, 'yes']);
      await running.prints(/y/);
      running.child.stdout?.destroy();
      expect(await running.ended).toMatchObject({ code: 141, stderr: '' });
    }
  });
});

test('a full disk is reported', async () => {
  const shell = spawn('sh', [
    '-c',
    '"$0" "$1" run -- yes > /dev/full',
    process.execPath,
    programFile,
  ]);
  let stderr = '';
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => shell.once('close', resolve));
  expect(code).toBe(125);
  expect(stderr).toMatch(/cannot write to stdout: ENOSPC/);
});

test('the command ends when the program is killed by SIGKILL', async () => {
  const running = await started(['sh', '-c', 'echo ready; exec sleep 60'], 'keep');
  const [pid] = running.commands();
  running.child.kill('SIGKILL');
  await running.ended;
  await waitFor('the command to die', () => processGroupMembers(pid as number).length === 0);
});
