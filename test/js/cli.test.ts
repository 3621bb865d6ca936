import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from './support/expectations';
import { processName } from './support/processes';
import { type ProgramOptions, program, programFile, startProgram } from './support/program';
import { tempDir, tempFile } from './support/temp';
import { waitFor } from './support/wait';

const run = (args: readonly string[], options?: ProgramOptions) =>
  program(['run', ...args], options);
const shell = (script: string, ...options: string[]) =>
  run([...options, '--', '/bin/sh', '-c', script]);
const NEVER_A_STACK = /^\s+at |\.js:\d+/m;

describe('the program', () => {
  test('tells its version and its commands', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await program(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
    const help = await program(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^ {2}run +\S/m);
    expect(help.stdout).toMatch(/^ {2}doctor +\S/m);
  });

  test.each([
    [['runn'], "unknown command 'runn'. Did you mean 'run'?"],
    [['docter'], "Did you mean 'doctor'?"],
    [['--versoin'], "unknown option '--versoin'. Did you mean '--version'?"],
    [['constructor'], "unknown command 'constructor'."],
    [[], 'Usage: '],
  ])('%j is wrong use', async (args, message) => {
    const { code, stdout, stderr } = await program(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('Usage: ');
  });

  test('help that nobody reads is no error', async () => {
    const help = startProgram(['run', '--help']);
    help.child.stdout?.destroy();
    expect(await help.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('wrong use of run', () => {
  test.each([
    [[], 'there is nothing to run.'],
    [['--shell'], 'there is nothing to run.'],
    [['--tiemout', '5', 'ls'], "unknown option '--tiemout'. Did you mean '--timeout'?"],
    [['--zzzzzzzz', 'ls'], "unknown option '--zzzzzzzz'."],
    [['-x', 'ls'], "unknown option '-x'."],
    [['--timeout', '5 parsecs', 'ls'], "--timeout is no span of time: '5 parsecs'."],
    [['--idle-timeout', '-1', 'ls'], "--idle-timeout is no span of time: '-1'."],
    [['--kill-after', 'soon', 'ls'], "--kill-after is no span of time: 'soon'."],
    [['--timeout'], '--timeout needs a value.'],
    [['--timeout', '--', 'ls'], '--timeout needs a value.'],
    [['--timeout', '1', '--timeout', '2', 'ls'], '--timeout is given more than once.'],
    [['--json=yes', 'ls'], "--json takes no value, but got 'yes'."],
    [['--signal', 'NOPE', 'ls'], "--signal is no signal: 'NOPE'."],
    [['--env', '=x', 'ls'], '--env needs a name, = and a value.'],
    [['--json', '--binary', 'ls'], '--json and --binary exclude each other.'],
    [['--progress', '(', 'ls'], '--progress is no regular expression: Invalid regular expression'],
    [['--redact', 'NOT_THERE', 'ls'], '--redact: the variable NOT_THERE is not set.'],
    [['--redact', 'SHORT', '--env', 'SHORT=abc', 'ls'], 'SHORT is too short to be hidden.'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^ {2}allowed: \S/m);
    expect(stderr).toMatch(/^ {2}example: escher-execution-engine run /m);
    expect(stderr).not.toMatch(NEVER_A_STACK);
  });

  test('a secret in the place of its name is not shown', async () => {
    const { code, stderr } = await run(['--redact', 'hunter2/secret', 'ls']);
    expect(code).toBe(2);
    expect(stderr).not.toContain('hunter2');
    expect((await run(['--env', 'hunter2', 'ls'])).stderr).not.toContain('hunter2');
  });

  test('--help tells every option', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of ['timeout', 'idle-timeout', 'kill-after', 'signal', 'cwd', 'env', 'shell']) {
      expect(stdout).toMatch(new RegExp(`^ +--${name}\\b`, 'm'));
    }
  });
});

describe('exit codes', () => {
  test.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['exit 255', 255],
    ['kill -9 $$', 137],
    ['kill -TERM $$', 143],
    ['kill -34 $$', 162],
  ])('of %s', async (script, code) => {
    expect(await shell(script)).toMatchObject({ code, stdout: '', stderr: '' });
  });

  test.each([
    [['no-such-program'], 127, 'program not found'],
    [['./no/such/program'], 127, 'program does not exist'],
    [['/etc/passwd'], 126, 'EACCES'],
    [['/'], 126, 'EACCES'],
    [['--cwd', '/no/such/dir', 'ls'], 125, '--cwd does not exist'],
  ])('of %j', async (args, code, message) => {
    const end = await run(args);
    expect(end).toMatchObject({ code, stdout: '' });
    expect(end.stderr).toContain(message);
    expect(end.stderr).not.toMatch(NEVER_A_STACK);
  });

  test('of a script whose interpreter is not there', async () => {
    const script = tempFile('script', '#!/no/such/interpreter\n', 0o755);
    expect(await run([script])).toMatchObject({ code: 127 });
  });

  test('of a timeout, and of silence', async () => {
    const timeout = await shell('echo before; sleep 60', '--timeout', '700ms');
    expect(timeout).toMatchObject({ code: 124, stdout: 'before\n' });
    expect(timeout.stderr).toContain('timeout after 700ms');
    const idle = await shell('sleep 60', '--idle-timeout', '.2', '--quiet');
    expect(idle).toMatchObject({ code: 124, stderr: '' });
  });

  test('of one that has to be killed', async () => {
    const script = 'trap "" TERM; while :; do sleep 60; done';
    const end = await shell(script, '--timeout', '.5', '--kill-after', '100ms', '-q');
    expect(end).toMatchObject({ code: 124 });
  });

  test('of an engine that cannot be loaded', async () => {
    const env = { ESCHER_EXECUTION_ENGINE_BINARY: '/no/such/binary' };
    const { code, stderr } = await run(['ls'], { env });
    expect(code).toBe(125);
    expect(stderr).toMatch(/cure: +\S/);
    expect(stderr).not.toMatch(NEVER_A_STACK);
  });

  test('of an engine that cannot be loaded, with no directory left behind', async () => {
    const TMPDIR = tempDir();
    const env = { ESCHER_EXECUTION_ENGINE_BINARY: '/no/such/binary', TMPDIR };
    expect((await run(['--binary', 'ls'], { env })).code).toBe(125);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });
});

describe('what the program gets', () => {
  test('its arguments, whatever they look like', async () => {
    const words = ['--timeout', '-q', '--', '', 'a b', '$HOME', '--help'];
    const script = 'for word; do printf "[%s]" "$word"; done';
    const { stdout } = await run(['sh', '-c', script, 'name', ...words]);
    expect(stdout).toBe('[--timeout][-q][--][][a b][$HOME][--help]');
  });

  test('--cwd and --env', async () => {
    const cwd = tempDir();
    const options = ['--cwd', cwd, '--env', 'A=b=c d', '--env=EMPTY='];
    const { stdout } = await shell('pwd; echo "$A"; env | grep ^EMPTY=', ...options);
    expect(stdout).toBe(`${cwd}\nb=c d\nEMPTY=\n`);
  });

  test('--shell', async () => {
    const { code, stdout } = await run(['--shell', '--', 'echo $((40+2)) | cat;', 'exit 5']);
    expect({ code, stdout }).toEqual({ code: 5, stdout: '42\n' });
  });

  test('--signal ends it', async () => {
    const script = 'trap "echo got it; exit 9" USR1; echo ready; while :; do sleep 0.05; done';
    const end = await shell(script, '--signal', 'usr1', '--timeout', '1');
    expect(end).toMatchObject({ code: 124, stdout: 'ready\ngot it\n' });
  });

  test('stdin, byte for byte, to its end', async () => {
    const input = randomBytes(3_000_000);
    const { stdout } = await run(['sha256sum'], { input });
    expect(stdout).toBe(`${sha256(input)}  -\n`);
  });

  test('stdin as it comes', async () => {
    const echo = startProgram(['run', 'cat'], { input: 'keep' });
    echo.child.stdin?.write('one\n');
    await echo.prints(/one\n/);
    echo.child.stdin?.end('two');
    expect(await echo.ended).toMatchObject({ code: 0, stdout: 'one\ntwo' });
  });

  test('no stdin with --no-stdin, and none of ours is taken', async () => {
    const script = 'escher() { "$0" "$@"; }; escher "$1" run --no-stdin cat; cat';
    const args = ['-c', script, process.execPath, programFile];
    const { stdout } = await run(['sh', ...args], { input: 'for the shell\n' });
    expect(stdout).toBe('for the shell\n');
  });

  test('an end, though stdin stays open', async () => {
    expect(await run(['true'], { input: 'keep' })).toMatchObject({ code: 0 });
  });

  test('no trouble when it reads nothing of much', async () => {
    const input = Buffer.alloc(5_000_000, 'x\n');
    expect(await run(['head', '-c', '3'], { input })).toMatchObject({ code: 0, stdout: 'x\nx' });
  });
});

describe('output', () => {
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
    const { stdout, stderr } = await shell(`printf '${format}'; printf '${format}' >&2`);
    expect({ stdout, stderr }).toEqual({ stdout: text, stderr: text });
  });

  test('unfinished lines come at once, and are put together', async () => {
    const script = 'printf "Name? "; read name; printf "hello $name"';
    const prompt = startProgram(['run', 'sh', '-c', script], { input: 'keep' });
    await prompt.prints(/^Name\? $/);
    prompt.child.stdin?.write('Ann\n');
    expect(await prompt.ended).toMatchObject({ code: 0, stdout: 'Name? hello Ann' });
  });

  test('a line comes with its end, though nothing follows', async () => {
    const line = startProgram(['run', 'sh', '-c', 'echo one; read x'], { input: 'keep' });
    await line.prints(/^one\n$/);
    line.child.stdin?.end();
    await line.ended;
  });

  test('much text is exact, also with a last line that has no end', async () => {
    for (const last of ['', 'x']) {
      const { stdout, stderr } = await shell(`seq 1 900000; printf '${last}'`);
      const lines = Array.from({ length: 900_000 }, (_, index) => `${index + 1}\n`).join('');
      expect(sha256(stdout)).toBe(sha256(lines + last));
      expect(stderr).toBe('');
    }
  });

  test('what is not exact is told of', async () => {
    const crlf = await shell("printf 'a\\r\\nb\\r\\n'");
    expect(crlf).toMatchObject({ code: 0, stdout: 'a\nb\n' });
    expect(crlf.stderr).toMatch(/not byte for byte .*6 bytes, here 4.*--binary/);
    expect(await shell("printf 'a\\r\\n'", '--quiet')).toMatchObject({ code: 0, stderr: '' });
  });

  test('--binary is exact for every byte', async () => {
    const bytes = randomBytes(3_000_000);
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('escher-run-'));
    const end = await run(['--binary', 'sh', '-c', 'cat; printf "a\\r\\nb" >&2'], { input: bytes });
    expect(sha256(end.bytes)).toBe(sha256(bytes));
    expect(end).toMatchObject({ code: 0, stderr: 'a\r\nb' });
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith('escher-run-'));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });

  test('--binary is live', async () => {
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
  ])('--binary that has no room for its files ends the command: %s', async (_, script) => {
    // Files of the program are limited, those of its log and overflow too.
    const limited = 'ulimit -f 64; exec "$0" "$@"';
    const command = ['--binary', '--', 'sh', '-c', script];
    const args = ['sh', '-c', limited, process.execPath, programFile, 'run', ...command];
    const env = { TMPDIR: tempDir() };
    const full = startProgram(['run', ...args], { env, input: 'keep' });
    if (script !== 'yes') await full.prints(/first/);
    full.child.stdin?.write('go on\n');
    const { code, stderr } = await full.ended;
    expect(code).toBe(125);
    expect(stderr).toContain('the output is not complete: IO error: write EFBIG');
  });

  test('a reader that does not read holds the command back, and gets everything', async () => {
    const slow = startProgram(['run', '--no-stdin', 'seq', '1', '4000000']);
    slow.child.stdout?.pause();
    // What is between its launch and its execve looks like the program itself.
    const isSeq = (pid: number) => processName(pid) === 'seq';
    const pid = await waitFor('the command', () => slow.commands().find(isSeq));
    const written = (): number => {
      const io = readFileSync(`/proc/${pid}/io`, 'utf8');
      return Number(/^wchar: (\d+)$/m.exec(io)?.[1]);
    };
    let [last, same] = [-1, 0];
    await waitFor('it to stand still', () => {
      const now = written();
      same = now === last && now > 0 ? same + 1 : 0;
      last = now;
      return same > 100;
    });
    // 30 MB if it were not held back.
    expect(last).toBeLessThan(12_000_000);
    slow.child.stdout?.resume();
    const { code, bytes } = await slow.ended;
    expect({ code, length: bytes.length }).toEqual({ code: 0, length: 30_888_896 });
  });

  test('--redact hides the value, and takes its name only', async () => {
    const env = { API_TOKEN: 'hunter2-and-more' };
    const script = 'echo "$API_TOKEN"; printf %s "$API_TOKEN" | base64 >&2';
    for (const mode of ['--no-status', '--binary', '--json']) {
      const end = await run([mode, '--redact', 'API_TOKEN', 'sh', '-c', script], { env });
      expect(end.stdout).toContain('***');
      expect(end.stdout + end.stderr).not.toContain('hunter2');
      expect(end.stdout + end.stderr).not.toContain(Buffer.from('hunter2-and').toString('base64'));
    }
  });

  test('--log', async () => {
    const log = join(tempDir(), 'run.log');
    expect(await shell('echo one; echo two >&2', '--log', log)).toMatchObject({
      code: 0,
      stdout: 'one\n',
      stderr: 'two\n',
    });
    // Two pipes have no order.
    const told = readFileSync(log, 'utf8').replace(/^\d\S+Z /gm, 'at ');
    expect(told.split('\n').sort()).toEqual(['', 'at stderr two', 'at stdout one']);
    const bad = await shell('exit 4', '--log', '/dev/null');
    expect(bad.code).toBe(4);
    expect(bad.stderr).toContain('the log is not complete');
  });

  test('a process that stays behind does not hold the program up', async () => {
    const { code, stdout, stderr } = await shell('sleep 60 & echo started $!');
    expect(code).toBe(0);
    expect(stderr).toContain('still holds its output');
    process.kill(Number(/started (\d+)/.exec(stdout)?.[1]), 'SIGKILL');
  });

  test('no status line where there is no terminal', async () => {
    const { stdout, stderr } = await shell('sleep 0.8; echo x');
    expect({ stdout, stderr }).toEqual({ stdout: 'x\n', stderr: '' });
  });
});

describe('--json', () => {
  const events = (stdout: string) =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  test('gives the start, batches of output, and the end; nothing else', async () => {
    const end = await shell('seq 1 3; echo err >&2; printf tail; exit 7', '--json');
    expect(end).toMatchObject({ code: 7, stderr: '' });
    const all = events(end.stdout);
    expect(all[0]).toMatchObject({ event: 'started', pid: expect.any(Number) });
    expect(all.at(-1)).toMatchObject({
      event: 'failed',
      result: { exitCode: 7, status: 'failed', stdoutBytes: 10 },
    });
    expect(all.at(-1)?.result).not.toHaveProperty('stdout');
    const output = all.slice(1, -1);
    for (const event of output) expect(event).toMatchObject({ event: 'output' });
    const linesOf = (stream: string) =>
      output.filter((event) => event.stream === stream).flatMap((event) => event.lines);
    expect(linesOf('stdout')).toEqual(['1', '2', '3', 'tail']);
    expect(linesOf('stderr')).toEqual(['err']);
    let seq = 0;
    for (const { firstSeq, lines } of output as { firstSeq: number; lines: string[] }[]) {
      expect(firstSeq).toBe(seq);
      seq += lines.length;
    }
  });

  test('tells of progress, by a pattern and by the sequence of terminals', async () => {
    const script =
      "echo 'at 1 of 4'; sleep 0.1; printf '\\033]9;4;1;50\\007\\n'; sleep 0.1; echo 'at 3 of 4'";
    const pattern = 'at (?<current>\\d+) of (?<total>\\d+)';
    const end = await shell(script, '--json', '--progress', pattern);
    const told = events(end.stdout).filter(({ event }) => event === 'progress');
    expect(told.map(({ fraction }) => fraction)).toEqual([0.25, 0.5, 0.75]);
  });

  test('only the last entry of a batch is unfinished', async () => {
    const script = 'printf "a? "; read x; printf "b? "; read y; echo done';
    const talk = startProgram(['run', '--json', 'sh', '-c', script], { input: 'keep' });
    await talk.prints(/"a\? "/);
    talk.child.stdin?.write('\n');
    await talk.prints(/"b\? "/);
    talk.child.stdin?.end('\n');
    const { stdout } = await talk.ended;
    const output = events(stdout).filter(({ event }) => event === 'output');
    expect(output.map(({ lines, partial }) => [lines, partial])).toEqual([
      [['a? '], true],
      [['b? '], true],
      [['done'], false],
    ]);
  });

  test('tells of a launch that failed, and of a timeout', async () => {
    const failed = await run(['--json', '/etc/passwd']);
    expect(failed.code).toBe(126);
    expect(events(failed.stdout)).toMatchObject([
      { event: 'failed', result: { error: { code: 'ERR_SPAWN_FAILED' } } },
    ]);
    const timeout = await run(['--json', '--timeout', '.2', 'sleep', '60']);
    expect(timeout.code).toBe(124);
    expect(events(timeout.stdout).at(-1)).toMatchObject({ event: 'timeout' });
  });
});
