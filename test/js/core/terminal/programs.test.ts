import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { EchoEvent } from 'escher-execution-engine';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { Screen } from '../../support/screen';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

const PROMPT = { env: { PS1: '$ ', HISTFILE: null }, pty: true } as const;
const BASH = ['--norc', '--noprofile', '-i'];

/** Debian has them, but not every system. */
const testWith = (program: string) => (existsSync(`/usr/bin/${program}`) ? test : test.skip);

const nextEcho = async (run: { once: unknown }): Promise<EchoEvent> =>
  (await once(run as never, 'echo'))[0];

describe('python3', () => {
  test('getpass reads a password that stands nowhere', async () => {
    const engine = makeEngine();
    const script = 'import getpass; p = getpass.getpass("Password: "); print(len(p))';
    const run = engine.run(exec('python3', ['-c', script], { pty: true }));
    const screen = new Screen(run);
    expect(await nextEcho(run)).toEqual({
      key: null,
      executionId: run.id,
      timestamp: expect.any(Number),
      enabled: false,
      canonical: true,
    });
    await screen.shows(/^Password:$/);
    const on = nextEcho(run);
    screen.type('hunter2-hunter2\n');
    expect(await on).toMatchObject({ enabled: true });
    const result = await run;
    expect(result).toMatchObject({ status: 'completed', stderr: '' });
    expect(result.stdout.replaceAll('\r', '')).toBe('Password: \n15\n');
  });

  test('input() with readline edits its line', async () => {
    const engine = makeEngine();
    const script = 'import readline; print("got", repr(input("name? ")))';
    const run = engine.run(exec('python3', ['-c', script], { pty: true }));
    const echoes: EchoEvent[] = [];
    run.on('echo', (event) => echoes.push(event));
    const screen = new Screen(run);
    await screen.shows(/name\?/);
    // A line editor turns off echo and the collecting of lines.
    await waitFor('echo to be off', () => echoes.length > 0);
    expect(echoes[0]).toMatchObject({ enabled: false, canonical: false });
    // Backspace, Home, then text.
    screen.type('Adx\x7fa\x01 \r');
    await run;
    await screen.end();
    expect(screen.text()).toContain("got ' Ada'");
  });

  test('output is live, since the program sees a terminal', async () => {
    const engine = makeEngine();
    const script = 'import sys; print("first"); sys.stdin.readline()';
    const run = engine.run(exec('python3', ['-c', script], { pty: true }));
    await once(run as never, 'stdout');
    run.stdin.end('\n');
    expect((await run).status).toBe('completed');
  });
});

describe('bash -i', () => {
  test('has job control, and no warning about it', async () => {
    const engine = makeEngine({ killSignal: 'SIGHUP' });
    const run = engine.run(exec('bash', BASH, PROMPT));
    const screen = new Screen(run);
    await screen.shows(/^\$$/);
    screen.type('sleep 60\r');
    await screen.shows(/sleep 60/);
    screen.type('\x1a');
    await screen.shows(/Stopped +sleep 60/);
    screen.type('bg\r');
    await screen.shows(/\[1\]\+ sleep 60 &/);
    screen.type('fg\r');
    await screen.shows(/fg\nsleep 60$/);
    screen.type('\x03');
    await screen.shows(/\^C\n\$$/);
    screen.type('echo code $?\r');
    await screen.shows(/^code 130$/m);
    expect(screen.text()).not.toMatch(/job control/);
    screen.type('exit 7\r');
    expect(await run).toMatchObject({ status: 'failed', exitCode: 7 });
  });

  test('closeInput() at the prompt ends it', async () => {
    const engine = makeEngine();
    const run = engine.run(exec('bash', BASH, PROMPT));
    const screen = new Screen(run);
    await screen.shows(/^\$$/);
    run.stdin.end();
    expect(await run).toMatchObject({ status: 'completed', exitCode: 0 });
  });

  test('cancel ends it and its jobs', async () => {
    const engine = makeEngine({ killSignal: 'SIGHUP' });
    const run = engine.run(exec('bash', BASH, PROMPT));
    const screen = new Screen(run);
    await screen.shows(/^\$$/);
    screen.type('sleep 60 &\r');
    await screen.shows(/\[1\] \d+/);
    await run.cancel();
    expect(await run).toMatchObject({
      status: 'cancelled',
      signal: 'SIGHUP',
      termination: { survivors: [] },
    });
  });
});

test('script runs in the terminal, on one of its own', async () => {
  const engine = makeEngine();
  const run = engine.run(
    exec('script', ['-qec', 'tty; stty size', '/dev/null'], { pty: { cols: 90, rows: 20 } }),
  );
  const { stdout, status } = await run;
  expect(status).toBe('completed');
  expect(stdout).toMatch(/^\/dev\/pts\/\d+\r\n20 90\r\n$/);
});

test('a full-screen program draws, and draws again after a resize', async () => {
  const engine = makeEngine();
  const run = engine.run(
    sh('seq 100 | less', { pty: { cols: 40, rows: 10 }, env: { LESS: '', LESSSECURE: '1' } }),
  );
  const screen = new Screen(run, { cols: 40, rows: 10 });
  await screen.shows(/^1\n2\n3\n4\n5\n6\n7\n8\n9\n:$/);
  await screen.resize({ cols: 40, rows: 6 });
  await screen.shows(/^1\n2\n3\n4\n5\n:$/);
  screen.type('G');
  await screen.shows(/^96\n97\n98\n99\n100\n\(END\)$/);
  screen.type('q');
  expect((await run).status).toBe('completed');
});

testWith('vi')('vi edits a file (skipped without vi)', async () => {
  const engine = makeEngine();
  const size = { cols: 40, rows: 8 };
  const workingDir = tempDir();
  const file = path.join(workingDir, 'text');
  writeFileSync(file, 'one\ntwo\n');
  const run = engine.run(exec('vi', ['-u', 'NONE', 'text'], { workingDir, pty: size }));
  const screen = new Screen(run, size);
  await screen.shows(/^one\ntwo\n(~ *\n){5}/);
  screen.type('dd');
  await screen.shows(/^two\n(~ *\n){5}~/);
  screen.type(':wq\r');
  expect((await run).status).toBe('completed');
  expect(readFileSync(file, 'utf8')).toBe('two\n');
});

testWith('top')(
  'top fills the width of the terminal and ends by its key (skipped without top)',
  async () => {
    const engine = makeEngine();
    const size = { cols: 60, rows: 12 };
    const run = engine.run(exec('top', ['-d', '60', '-p', String(process.pid)], { pty: size }));
    const screen = new Screen(run, size);
    const text = await screen.shows(/^top - .*\nTasks: +1 total[\s\S]*\n +PID USER .*\n +\d+ /);
    expect(text.split('\n').length).toBeLessThanOrEqual(size.rows);
    expect(text).toContain(String(process.pid));
    screen.type('q');
    expect((await run).status).toBe('completed');
  },
);

const testSudo = process.getuid?.() === 0 ? testWith('sudo') : test.skip;

testSudo('sudo -S reads a password from the input (skipped without sudo or root)', async () => {
  const engine = makeEngine();
  const request = exec('sudo', ['-S', '-k', '-p', 'Password: ', 'true']);
  const input = 'wrong\n';
  const { exitCode, stderr } = await engine.run({ ...request, input, uid: 65_534, gid: 65_534 });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('Password: ');
});
