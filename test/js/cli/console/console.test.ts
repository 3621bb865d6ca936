import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type ConsoleProcess, startConsole } from '../../support/console';
import { processExists } from '../../support/processes';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

const console_ = (...args: string[]) => startConsole(args).listening();

describe('the program', () => {
  test('prints the link on stdout and nothing else there', async () => {
    const server = await console_();
    expect(server.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/);
    await waitFor('the rest', () => server.stderr.includes('Ctrl-C'));
    expect(server.stderr).toContain('Commands start in');
  });

  test('lists its options', async () => {
    const server = startConsole(['--help']);
    expect(await server.ended).toMatchObject({ code: 0 });
    expect(server.stdout).toMatch(/--port[\s\S]*--host[\s\S]*--cwd/);
  });

  test.each([
    [['--port', '70000'], /--port must be .* '70000'[\s\S]*an integer from 0 to 65535/],
    [['--port', 'http'], /--port .* received 'http'[\s\S]*example: .* --port 8080/],
    [['--host', '0.0.0.0'], /--host must be a loopback address, received '0\.0\.0\.0'/],
    [['--host', '192.168.1.1'], /--host/],
    [['--cwd', '/no/such/place'], /--cwd must be a directory, received '\/no\/such\/place'/],
    [
      ['--log-dir', '/dev/null/logs'],
      /--log-dir: cannot write to '\/dev\/null\/logs': '\/dev\/null\/logs' is not a directory/,
    ],
    [
      ['--log-dir', '/proc/logs/of/console'],
      /--log-dir: cannot write to '\/proc\/logs\/of\/console'/,
    ],
    [['--concurrency', '0'], /--concurrency .* received '0'[\s\S]*from 1 to 10000/],
    [['--prot', '1'], /unknown option '--prot'. Did you mean '--port'\?/],
    [['stray'], /unexpected argument 'stray'/],
  ])('rejects %j', async (args, message) => {
    const server = startConsole(args);
    expect(await server.ended).toMatchObject({ code: 2 });
    expect(server.stderr).toMatch(message);
    expect(server.stdout).toBe('');
  });

  test('reports a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await waitFor('the other server', () => other.listening);
    const { port } = other.address() as { port: number };
    const server = startConsole(['--port', String(port)]);
    expect(await server.ended).toMatchObject({ code: 1 });
    expect(server.stderr).toContain(`Port ${port} of 127.0.0.1 is in use. Choose another one`);
    expect(server.stdout).toBe('');
    other.close();
  });

  test('names the tunnel that a browser on another machine needs', async () => {
    const remote = startConsole([], [], { SSH_CONNECTION: '10.0.0.2 5000 10.0.0.1 22' });
    await remote.listening();
    const { port } = remote;
    await waitFor('the rest', () => remote.stderr.includes('Ctrl-C'));
    expect(remote.stderr).toContain(`ssh -L ${port}:127.0.0.1:${port} `);
    const local = startConsole([], [], { SSH_CONNECTION: '' });
    await local.listening();
    await waitFor('the rest', () => local.stderr.includes('Ctrl-C'));
    expect(local.stderr).not.toContain('ssh');
  });

  test('passes the link to the browser in a private file, and removes the file at the end', async () => {
    const dir = tempDir();
    // Replaces the program that opens files of the desktop.
    const opener = `#!/bin/sh\nstat -c %a "$1" > ${dir}/mode; cat "$1" > ${dir}/page; echo "$@" > ${dir}/args\n`;
    writeFileSync(join(dir, 'xdg-open'), opener, { mode: 0o755 });
    const env = { PATH: `${dir}:${process.env.PATH}`, TMPDIR: dir };
    const server = await startConsole(['--open'], [], env).listening();
    await waitFor('the browser', () => existsSync(join(dir, 'args')));
    const read = (name: string) => readFileSync(join(dir, name), 'utf8').trim();
    await waitFor('the file', () => read('args') !== '');
    expect(read('mode')).toBe('600');
    expect(read('page')).toContain(`url=${server.link}"`);
    expect(read('args')).not.toContain(server.token);
    server.child.kill('SIGINT');
    await server.ended;
    expect(existsSync(read('args'))).toBe(false);
  });

  test('continues without a browser, and after its output is closed', async () => {
    const env = { PATH: '/nowhere' };
    const server = await startConsole(['--open'], [], env).listening();
    await waitFor('the reason', () => server.stderr.includes('No browser could be opened'));
    server.child.stdout?.destroy();
    server.child.stderr?.destroy();
    server.child.kill('SIGINT');
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });
});

describe('the end of the console', () => {
  const STUBBORN = 'trap "" TERM; echo ready; while :; do sleep 0.05; done';

  async function running(server: ConsoleProcess, command: string): Promise<number> {
    const state = server.stream('/api/state');
    const id = await server.start(command);
    await state.until('output', () => state.row(id)?.lines > 0 && state.row(id)?.pid !== null);
    return state.row(id)?.pid;
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends all executions', async (signal) => {
    const server = await console_();
    const pid = await running(
      server,
      'trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done',
    );
    const state = server.stream('/api/state');
    await state.until('the rows', () => state.messages.length > 0);
    server.child.kill(signal);
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(processExists(pid)).toBe(false);
    expect(server.stderr).toContain('Ending 1 execution, within 5 s');
    await state.over();
    expect(state.messages.at(-1)).toMatchObject({ type: 'bye' });
  });

  test('a second Ctrl-C kills immediately', async () => {
    const server = await console_();
    const pid = await running(server, STUBBORN);
    server.child.kill('SIGINT');
    await waitFor('the first', () => server.stderr.includes('Ending 1 execution'));
    server.child.kill('SIGINT');
    expect(await server.ended).toEqual({ code: 130, signal: null });
    expect(processExists(pid)).toBe(false);
  });

  test('no execution is started during the shutdown', async () => {
    const server = await console_();
    await running(server, STUBBORN);
    server.child.kill('SIGINT');
    await waitFor('the first', () => server.stderr.includes('Ending 1 execution'));
    expect(await server.post('/api/executions', { command: 'true' })).toMatchObject({
      status: 503,
      json: { error: { code: 'ERR_ENGINE_CLOSED' } },
    });
    server.child.kill('SIGINT');
    await server.ended;
  });
});
