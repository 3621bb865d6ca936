import { randomBytes } from 'node:crypto';
import { run, runShell } from '../../support/cli-run';
import { sha256 } from '../../support/expectations';
import { programFile, startProgram } from '../../support/program';
import { tempDir } from '../../support/temp';

describe('the command', () => {
  test('receives its arguments unchanged, also those that look like options', async () => {
    const words = ['--timeout', '-q', '--', '', 'a b', '$HOME', '--help'];
    const script = 'for word; do printf "[%s]" "$word"; done';
    const { stdout } = await run(['sh', '-c', script, 'name', ...words]);
    expect(stdout).toBe('[--timeout][-q][--][][a b][$HOME][--help]');
  });

  test('has the directory of --cwd and the variables of --env', async () => {
    const cwd = tempDir();
    const options = ['--cwd', cwd, '--env', 'A=b=c d', '--env=EMPTY='];
    const { stdout } = await runShell('pwd; echo "$A"; env | grep ^EMPTY=', ...options);
    expect(stdout).toBe(`${cwd}\nb=c d\nEMPTY=\n`);
  });

  test('is run by the shell with --shell', async () => {
    const { code, stdout } = await run(['--shell', '--', 'echo $((40+2)) | cat;', 'exit 5']);
    expect({ code, stdout }).toEqual({ code: 5, stdout: '42\n' });
  });

  test('receives the signal of --signal at a timeout', async () => {
    const script = 'trap "echo got it; exit 9" USR1; echo ready; while :; do sleep 0.05; done';
    const end = await runShell(script, '--signal', 'usr1', '--timeout', '1');
    expect(end).toMatchObject({ code: 124, stdout: 'ready\ngot it\n' });
  });

  test('reads the exact bytes of stdin until its end', async () => {
    const input = randomBytes(3_000_000);
    const { stdout } = await run(['sha256sum'], { input });
    expect(stdout).toBe(`${sha256(input)}  -\n`);
  });

  test('reads stdin while it is written', async () => {
    const echo = startProgram(['run', 'cat'], { input: 'keep' });
    echo.child.stdin?.write('one\n');
    await echo.prints(/one\n/);
    echo.child.stdin?.end('two');
    expect(await echo.ended).toMatchObject({ code: 0, stdout: 'one\ntwo' });
  });

  test('reads nothing with --no-stdin, and run leaves its stdin alone', async () => {
    const script = 'escher() { "$0" "$@"; }; escher "$1" run --no-stdin cat; cat';
    const args = ['-c', script, process.execPath, programFile];
    const { stdout } = await run(['sh', ...args], { input: 'for the shell\n' });
    expect(stdout).toBe('for the shell\n');
  });

  test('ends while stdin stays open', async () => {
    expect(await run(['true'], { input: 'keep' })).toMatchObject({ code: 0 });
  });

  test('may exit before it has read all of stdin', async () => {
    const input = Buffer.alloc(5_000_000, 'x\n');
    expect(await run(['head', '-c', '3'], { input })).toMatchObject({ code: 0, stdout: 'x\nx' });
  });
});
