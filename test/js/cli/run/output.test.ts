import { randomBytes } from 'node:crypto';
import { linkSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, runShell } from '../../support/cli-run';
import { sha256 } from '../../support/expectations';
import { outputOfLog } from '../../support/log-file';
import { processName } from '../../support/processes';
import { programFile, startProgram } from '../../support/program';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

describe('the output', () => {
  test.each([
    ['', ''],
    ['a', 'a'],
    ['a\\n', 'a\n'],
    ['\\n', '\n'],
    ['a\\n\\n', 'a\n\n'],
    ['a\\nb', 'a\nb'],
    ['a\\rb\\n', 'a\rb\n'],
    ['é\\n', 'é\n'],
  ])('%j is exact on both streams', async (format, text) => {
    const { stdout, stderr } = await runShell(`printf '${format}'; printf '${format}' >&2`);
    expect({ stdout, stderr }).toEqual({ stdout: text, stderr: text });
  });

  test('contains unfinished lines at once, and joins their pieces', async () => {
    const script = 'printf "Name? "; read name; printf "hello $name"';
    const prompt = startProgram(['run', 'sh', '-c', script], { input: 'keep' });
    await prompt.prints(/^Name\? $/);
    prompt.child.stdin?.write('Ann\n');
    expect(await prompt.ended).toMatchObject({ code: 0, stdout: 'Name? hello Ann' });
  });

  test('contains an unfinished line that never falls silent', async () => {
    const script =
      "setInterval(() => process.stdout.write('.'), 2); process.stdin.on('end', () => process.exit()).resume()";
    const dots = startProgram(['run', process.execPath, '-e', script], { input: 'keep' });
    await dots.prints(/^\.+$/);
    dots.child.stdin?.end();
    expect(await dots.ended).toMatchObject({ code: 0 });
  });

  test('contains the newline of a line before another line follows', async () => {
    const line = startProgram(['run', 'sh', '-c', 'echo one; read x'], { input: 'keep' });
    await line.prints(/^one\n$/);
    line.child.stdin?.end();
    await line.ended;
  });

  test('is exact for a large text, with and without a newline at its end', async () => {
    for (const last of ['', 'x']) {
      const { stdout, stderr } = await runShell(`seq 1 900000; printf '${last}'`);
      const lines = Array.from({ length: 900_000 }, (_, index) => `${index + 1}\n`).join('');
      expect(sha256(stdout)).toBe(sha256(lines + last));
      expect(stderr).toBe('');
    }
  });

  test('that differs from the bytes of the command is reported', async () => {
    const crlf = await runShell("printf 'a\\r\\nb\\r\\n'");
    expect(crlf).toMatchObject({ code: 0, stdout: 'a\nb\n' });
    expect(crlf.stderr).toMatch(/not byte for byte .*6 bytes, here 4.*--binary/);
    expect(await runShell("printf 'a\\r\\n'", '--quiet')).toMatchObject({ code: 0, stderr: '' });
  });

  test('is exact for every byte with --binary, which removes its files', async () => {
    const bytes = randomBytes(3_000_000);
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('escher-run-'));
    const end = await run(['--binary', 'sh', '-c', 'cat; printf "a\\r\\nb" >&2'], { input: bytes });
    expect(sha256(end.bytes)).toBe(sha256(bytes));
    expect(end).toMatchObject({ code: 0, stderr: 'a\r\nb' });
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith('escher-run-'));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });

  test('is live with --binary', async () => {
    const live = startProgram(['run', '--binary', 'sh', '-c', 'printf "a\\r\\nb"; read x'], {
      input: 'keep',
    });
    await live.prints(/^a\r\nb$/);
    live.child.stdin?.end();
    expect(await live.ended).toMatchObject({ stdout: 'a\r\nb' });
  });

  test.each([
    ['from the start', 'yes'],
    ['later', 'echo first; read x; yes'],
  ])('ends the command with --binary when its files cannot grow: %s', async (_, script) => {
    // A limit for all files that the program writes.
    const limited = 'ulimit -f 64; exec "$0" "$@"';
    const command = ['--binary', '--', 'sh', '-c', script];
    const args = ['sh', '-c', limited, process.execPath, programFile, 'run', ...command];
    const env = { TMPDIR: tempDir() };
    const full = startProgram(['run', ...args], { env, input: 'keep' });
    if (script !== 'yes') await full.prints(/first/);
    full.child.stdin?.write('go on\n');
    const { code, stderr } = await full.ended;
    expect(code).toBe(125);
    expect(stderr).toContain('the output is incomplete: IO error: write EFBIG');
  });

  test('blocks the command while its reader does not read, and is complete', async () => {
    const slow = startProgram(['run', '--no-stdin', 'seq', '1', '4000000']);
    slow.child.stdout?.pause();
    // Between clone and execve the process has the name of the program.
    const isSeq = (pid: number) => processName(pid) === 'seq';
    const pid = await waitFor('the command', () => slow.commands().find(isSeq));
    const written = (): number => {
      const io = readFileSync(`/proc/${pid}/io`, 'utf8');
      return Number(/^wchar: (\d+)$/m.exec(io)?.[1]);
    };
    let [last, same] = [-1, 0];
    await waitFor('the command to be blocked', () => {
      const now = written();
      same = now === last && now > 0 ? same + 1 : 0;
      last = now;
      return same > 100;
    });
    // The whole output is 30 MB.
    expect(last).toBeLessThan(12_000_000);
    slow.child.stdout?.resume();
    const { code, bytes } = await slow.ended;
    expect({ code, length: bytes.length }).toEqual({ code: 0, length: 30_888_896 });
  });

  test('contains no secret with --redact', async () => {
    const env = { API_TOKEN: 'hunter2-and-more' };
    const script = 'echo "$API_TOKEN"; printf %s "$API_TOKEN" | base64 >&2';
    for (const mode of ['--no-status', '--binary', '--json']) {
      const end = await run([mode, '--redact', 'API_TOKEN', 'sh', '-c', script], { env });
      expect(end.stdout).toContain('***');
      expect(end.stdout + end.stderr).not.toContain('hunter2');
      expect(end.stdout + end.stderr).not.toContain(Buffer.from('hunter2-and').toString('base64'));
    }
  });

  test('is also written to the file of --log', async () => {
    const log = join(tempDir(), 'run.log');
    expect(await runShell('echo one; echo two >&2', '--log', log)).toMatchObject({
      code: 0,
      stdout: 'one\n',
      stderr: 'two\n',
    });
    // The order of lines from two pipes is not defined.
    const logged = outputOfLog(log).map((line) => line.replace(/^\d\S+Z /, 'at '));
    expect(logged.sort()).toEqual(['at stderr two', 'at stdout one']);
    // A second link: it is found when the log is opened.
    linkSync(log, join(tempDir(), 'link.log'));
    const bad = await runShell('exit 4', '--log', log);
    expect(bad.code).toBe(4);
    expect(bad.stderr).toContain('the log is incomplete');
  });

  test('of a process that the command leaves running does not delay the exit', async () => {
    const { code, stdout, stderr } = await runShell('sleep 60 & echo started $!');
    expect(code).toBe(0);
    expect(stderr).toContain('holds its output open');
    process.kill(Number(/started (\d+)/.exec(stdout)?.[1]), 'SIGKILL');
  });

  test('contains no status line without a terminal', async () => {
    const { stdout, stderr } = await runShell('sleep 0.8; echo x');
    expect({ stdout, stderr }).toEqual({ stdout: 'x\n', stderr: '' });
  });
});
