import { readdirSync } from 'node:fs';
import { run, runShell, STACK_TRACE } from '../../support/cli-run';
import { tempDir, tempFile } from '../../support/temp';

describe('the exit code', () => {
  test.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['exit 255', 255],
    ['kill -9 $$', 137],
    ['kill -TERM $$', 143],
    ['kill -34 $$', 162],
  ])('of `%s` is %d', async (script, code) => {
    expect(await runShell(script)).toMatchObject({ code, stdout: '', stderr: '' });
  });

  test.each([
    [['no-such-program'], 127, '"program" was not found'],
    [['./no/such/program'], 127, '"program" does not exist'],
    [['/etc/passwd'], 126, 'EACCES'],
    [['/'], 126, 'EACCES'],
    [['--cwd', '/no/such/dir', 'ls'], 125, '"--cwd" does not exist'],
  ])('of %j is %d', async (args, code, message) => {
    const end = await run(args);
    expect(end).toMatchObject({ code, stdout: '' });
    expect(end.stderr).toContain(message);
    expect(end.stderr).not.toMatch(STACK_TRACE);
  });

  test('is 127 if the interpreter of a script is missing', async () => {
    const script = tempFile('script', '#!/no/such/interpreter\n', 0o755);
    expect(await run([script])).toMatchObject({ code: 127 });
  });

  test('is 124 after a timeout or an idle timeout', async () => {
    const timeout = await runShell('echo before; sleep 60', '--timeout', '700ms');
    expect(timeout).toMatchObject({ code: 124, stdout: 'before\n' });
    expect(timeout.stderr).toContain('timeout after 700ms');
    const idle = await runShell('sleep 60', '--idle-timeout', '.2', '--quiet');
    expect(idle).toMatchObject({ code: 124, stderr: '' });
  });

  test('is 124 if the command must be killed', async () => {
    const script = 'trap "" TERM; while :; do sleep 60; done';
    const end = await runShell(script, '--timeout', '.5', '--kill-after', '100ms', '-q');
    expect(end).toMatchObject({ code: 124 });
  });

  test('is 125 if the native binary cannot be loaded', async () => {
    const env = { ESCHER_EXECUTION_ENGINE_BINARY: '/no/such/binary' };
    const { code, stderr } = await run(['ls'], { env });
    expect(code).toBe(125);
    expect(stderr).toMatch(/(cure|fix): +\S/);
    expect(stderr).not.toMatch(STACK_TRACE);
  });

  test('is 125 without --binary leaving its directory if the native binary cannot be loaded', async () => {
    const TMPDIR = tempDir();
    const env = { ESCHER_EXECUTION_ENGINE_BINARY: '/no/such/binary', TMPDIR };
    expect((await run(['--binary', 'ls'], { env })).code).toBe(125);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });
});
