import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type ConsoleProcess, type Message, startConsole } from './support/console';
import { present } from './support/expectations';
import { processExists } from './support/processes';
import { root } from './support/repository';
import { tempDir } from './support/temp';
import { waitFor } from './support/wait';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const console_ = (...args: string[]) => startConsole(args).listening();

describe('the program', () => {
  test('prints the link on stdout and nothing else there', async () => {
    const server = await console_();
    expect(server.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/);
    await waitFor('the rest', () => server.stderr.includes('Ctrl-C'));
    expect(server.stderr).toContain('Commands start in');
  });

  test('tells its options', async () => {
    const server = startConsole(['--help']);
    expect(await server.ended).toMatchObject({ code: 0 });
    expect(server.stdout).toMatch(/--port[\s\S]*--host[\s\S]*--cwd/);
  });

  test.each([
    [['--port', '70000'], /--port must be a whole number from 0 to 65535, got '70000'/],
    [['--port', 'http'], /--port .* got 'http'/],
    [['--host', '0.0.0.0'], /--host must be 127\.0\.0\.1 or ::1, got '0\.0\.0\.0'/],
    [['--host', '192.168.1.1'], /--host/],
    [['--cwd', '/no/such/place'], /--cwd must be a directory, got '\/no\/such\/place'/],
    [['--concurrency', '0'], /--concurrency .* from 1 to 10000, got '0'/],
    [['--prot', '1'], /--prot/],
    [['stray'], /stray/],
  ])('refuses %j', async (args, message) => {
    const server = startConsole(args);
    expect(await server.ended).toMatchObject({ code: 2 });
    expect(server.stderr).toMatch(message);
    expect(server.stdout).toBe('');
  });

  test('says that a port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await waitFor('the other server', () => other.listening);
    const { port } = other.address() as { port: number };
    const server = startConsole(['--port', String(port)]);
    expect(await server.ended).toMatchObject({ code: 1 });
    expect(server.stderr).toContain(`Port ${port} of 127.0.0.1 is taken`);
    other.close();
  });

  test('hands the link to the browser in a private file, which goes in the end', async () => {
    const dir = tempDir();
    // What the desktop would be asked to open.
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

  test('goes on when nobody can open it, and when nobody reads what it prints', async () => {
    const env = { PATH: '/nowhere' };
    const server = await startConsole(['--open'], [], env).listening();
    await waitFor('the reason', () => server.stderr.includes('No browser could be opened'));
    server.child.stdout?.destroy();
    server.child.stderr?.destroy();
    server.child.kill('SIGINT');
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });
});

describe('who may ask', () => {
  test('the server listens on the loopback alone', async () => {
    const server = await console_();
    const tcp = readFileSync(`/proc/${server.pid}/net/tcp`, 'utf8');
    const port = server.port.toString(16).toUpperCase().padStart(4, '0');
    const listening = tcp
      .split('\n')
      .filter((line) => / 0A /.test(line) && line.includes(`:${port} `));
    expect(listening).toHaveLength(1);
    expect(listening[0]).toContain(` 0100007F:${port} `);
  });

  test.each([
    ['none', null],
    ['a wrong one', 'A'.repeat(43)],
    ['an empty one', ''],
    ['one that is too long', 'A'.repeat(400)],
  ])('no token, no answer: %s', async (_, token) => {
    const server = await console_();
    for (const path of ['/api/state', `/api/executions/${UNKNOWN}/output`, '/api/nothing']) {
      expect(await server.ask(path, { token })).toMatchObject({
        status: 401,
        json: { error: { code: 'ERR_TOKEN' } },
      });
    }
    const body = { command: 'echo hi' };
    expect(await server.ask('/api/executions', { method: 'POST', body, token })).toMatchObject({
      status: 401,
    });
  });

  test('a token in the address counts for nothing', async () => {
    const server = await console_();
    const path = `/api/state?token=${server.token}`;
    expect(await server.ask(path, { token: null })).toMatchObject({ status: 401 });
  });

  test.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    'localhost.evil',
  ])('a name that only points here is refused: %s', async (host) => {
    const server = await console_();
    for (const path of ['/', '/page.js', '/api/clear']) {
      const answer = await server.ask(path, { headers: { Host: host } });
      expect(answer).toMatchObject({ status: 403, json: { error: { code: 'ERR_HOST' } } });
    }
  });

  test('a tunnel may have another port', async () => {
    const server = await console_();
    const headers = { Host: 'localhost:9999', Origin: 'http://localhost:9999' };
    expect(await server.ask('/api/clear', { method: 'POST', body: {}, headers })).toMatchObject({
      status: 200,
    });
  });

  test.each([
    [{ Origin: 'http://evil.example' }],
    [{ Origin: 'null' }],
    [{ Origin: 'http://127.0.0.1:1' }],
    [{ 'Sec-Fetch-Site': 'cross-site' }],
    [{ 'Sec-Fetch-Site': 'same-site' }],
  ])('another page is refused even with the token: %j', async (headers) => {
    const server = await console_();
    const body = { command: 'echo hi' };
    expect(await server.ask('/api/executions', { method: 'POST', body, headers })).toMatchObject({
      status: 403,
      json: { error: { code: 'ERR_ORIGIN' } },
    });
  });
});

describe('the files of the page', () => {
  test('come fenced in, without a script or a style in the text', async () => {
    const server = await console_();
    const { headers, text } = await server.ask('/', { token: null });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|(src|href)=.\w+:/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(headers['set-cookie']).toBeUndefined();
    expect(text).not.toContain(server.token);
  });

  test('have another nonce each time', async () => {
    const server = await console_();
    const nonces = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const { headers, text } = await server.ask('/', { token: null });
      const nonce = present(/name="style-nonce" content="([^"]+)"/.exec(text)?.[1]);
      expect(headers['content-security-policy']).toContain(`'nonce-${nonce}'`);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(3);
  });

  test.each(['/../index.js', '/..%2findex.js', '/%2e%2e/index.js', '/page', '/toString', '//'])(
    'and nothing else: %s',
    async (path) => {
      const server = await console_();
      expect(await server.ask(path, { token: null })).toMatchObject({ status: 404 });
    },
  );

  test('name the licences of what is in them', async () => {
    const server = await console_();
    const { text } = await server.ask('/licences.txt', { token: null });
    expect(text).toMatch(/@xterm\/xterm \d[\s\S]*Permission is hereby granted/);
  });
});

describe('what makes no sense is refused with a reason', () => {
  test.each<[string, unknown, number, RegExp]>([
    ['no JSON', '{', 400, /no JSON/],
    ['no object', '[]', 400, /must be a JSON object/],
    ['no command', {}, 400, /'command' must be a shell command, got nothing/],
    ['an empty command', { command: ' ' }, 400, /'command'/],
    ['a command of another type', { command: 7 }, 400, /'command' must be .* got 7/],
    [
      'an unknown field',
      { command: 'true', shell: 'x' },
      400,
      /Unknown field 'shell'; allowed: command, cwd/,
    ],
    ['a wrong timeout', { command: 'true', timeoutMs: -1 }, 400, /'timeoutMs' must be .* got -1/],
    [
      'a wrong environment',
      { command: 'true', env: { A: 1 } },
      400,
      /'env' must be an object of strings/,
    ],
    ['a wrong name in it', { command: 'true', env: { 'A=B': '1' } }, 400, /A=B/],
    [
      'a wrong flag',
      { command: 'true', stdin: 'yes' },
      400,
      /'stdin' must be true or false, got "yes"/,
    ],
    [
      'a pattern that is none',
      { command: 'true', progress: '(' },
      400,
      /'progress' must be a regular expression, got "\("/,
    ],
    ['a directory that is none', { command: 'true', cwd: '/no/such' }, 400, /\/no\/such/],
    ['too much', { command: 'x'.repeat(300_000) }, 413, /longer than 262144 bytes/],
  ])('%s', async (_, body, status, message) => {
    const server = await console_();
    const answer = await server.post('/api/executions', body);
    expect(answer.status).toBe(status);
    expect(answer.json.error.message).toMatch(message);
    // It goes on.
    expect(await server.start('true')).toMatch(/^[\da-f-]{36}$/);
  });

  test('another content type', async () => {
    const server = await console_();
    const headers = { 'Content-Type': 'text/plain' };
    const answer = await server.ask('/api/executions', { method: 'POST', body: '{}', headers });
    expect(answer).toMatchObject({ status: 415, json: { error: { code: 'ERR_CONTENT_TYPE' } } });
  });

  test.each([
    ['GET', '/api/executions', 404],
    ['PUT', '/api/executions', 404],
    ['POST', '/api/state', 404],
    ['POST', `/api/executions/${UNKNOWN}/cancel`, 404],
    ['POST', `/api/executions/${UNKNOWN}/constructor`, 404],
    ['POST', `/api/other/${UNKNOWN}/cancel`, 404],
    ['GET', `/api/executions/${UNKNOWN}/output`, 404],
    ['GET', '/api/%ff', 400],
  ])('%s %s', async (method, path, status) => {
    const server = await console_();
    const body = method === 'GET' ? undefined : {};
    expect(await server.ask(path, { method, body })).toMatchObject({ status });
  });

  test('actions that do not fit', async () => {
    const server = await console_();
    const id = await server.start('sleep 60');
    const of = (action: string, body: unknown = {}) =>
      server.post(`/api/executions/${id}/${action}`, body);
    const cases: [string, unknown, number, RegExp][] = [
      ['kill', {}, 400, /'signal' must be the name of a signal, got nothing/],
      ['kill', { signal: 'SIGNOPE' }, 400, /SIGNOPE/],
      ['input', {}, 400, /one of 'text' and 'close'/],
      ['input', { text: 'a', close: true }, 400, /one of/],
      ['input', { text: 'a' }, 409, /stdin/],
      ['remove', {}, 409, /has not ended/],
      ['cancel', { now: true }, 400, /Unknown field 'now'; allowed: none/],
    ];
    for (const [action, body, status, message] of cases) {
      const answer = await of(action, body);
      expect([action, answer.status]).toEqual([action, status]);
      expect(answer.json.error.message).toMatch(message);
    }
    const from = await server.ask(`/api/executions/${id}/output?from=-1`);
    expect(from).toMatchObject({ status: 400 });
  });
});

describe('executions', () => {
  test('are told of from the start to the end', async () => {
    const server = await console_('--cwd', root);
    const state = server.stream('/api/state');
    const id = await server.start('pwd; exit 3', { cwd: 'docs', timeoutMs: 5000 });
    await state.until('the end', () => state.row(id)?.status === 'failed');
    expect(state.messages[0]).toMatchObject({
      type: 'hello',
      cwd: root,
      rows: [],
      maxConcurrent: 100,
    });
    expect(state.row(id)).toMatchObject({
      command: 'pwd; exit 3',
      cwd: join(root, 'docs'),
      timeoutMs: 5000,
      exitCode: 3,
      lines: 1,
      input: 'none',
      error: 'Command failed with exit code 3',
    });
    const output = server.stream(`/api/executions/${id}/output`);
    await output.over();
    expect(output.text()).toBe(`${join(root, 'docs')}\n`);
    expect(output.messages.at(-1)).toEqual({ type: 'end' });
  });

  test('time out, are cancelled, and are signalled', async () => {
    const server = await console_();
    const state = server.stream('/api/state');
    const late = await server.start('sleep 60', { timeoutMs: 50 });
    const cancelled = await server.start('sleep 60');
    const signalled = await server.start('sleep 60');
    for (const id of [cancelled, signalled]) {
      await state.until('the start', () => state.row(id)?.status === 'running');
    }
    expect((await server.post(`/api/executions/${cancelled}/cancel`)).json).toEqual({
      cancelled: true,
    });
    const kill = await server.post(`/api/executions/${signalled}/kill`, { signal: 'SIGKILL' });
    expect(kill.json).toEqual({ sent: true });
    await state.until('the ends', () =>
      [late, cancelled, signalled].every((id) => state.row(id)?.endedAt != null),
    );
    expect(state.row(late)?.status).toBe('timeout');
    expect(state.row(cancelled)?.status).toBe('cancelled');
    expect(state.row(signalled)).toMatchObject({ status: 'failed', signal: 'SIGKILL' });
  });

  test('run again as they were asked for, and keep their environment to themselves', async () => {
    const server = await console_();
    const state = server.stream('/api/state');
    const first = await server.start('echo "$WORD $FORCE_COLOR"', {
      env: { WORD: 'hush-hush' },
      colour: true,
    });
    const { json } = await server.post(`/api/executions/${first}/rerun`);
    expect(json.id).not.toBe(first);
    const output = server.stream(`/api/executions/${json.id}/output`);
    await output.over();
    expect(output.text()).toBe('hush-hush 1\n');
    await state.until('the end', () => state.row(json.id)?.status === 'completed');
    expect(JSON.stringify(state.messages)).not.toContain('hush-hush');
  });

  test('take input until it is closed', async () => {
    const server = await console_();
    const state = server.stream('/api/state');
    const id = await server.start('read word; echo "got $word"; cat', { stdin: true });
    const output = server.stream(`/api/executions/${id}/output`);
    await state.until('the start', () => state.row(id)?.input === 'open');
    await server.post(`/api/executions/${id}/input`, { text: 'hello\n' });
    await output.until('the answer', () => output.text().includes('got hello'));
    await server.post(`/api/executions/${id}/input`, { text: 'and more\n' });
    await server.post(`/api/executions/${id}/input`, { close: true });
    await output.over();
    expect(output.text()).toBe('got hello\nand more\n');
    await state.until('the end', () => state.row(id)?.status === 'completed');
    expect(state.row(id)?.input).toBe('closed');
  });

  test('take no more input than they read', async () => {
    const server = await console_();
    const id = await server.start('sleep 60', { stdin: true });
    const text = 'x'.repeat(200_000);
    const statuses: number[] = [];
    const all = Array.from({ length: 17 }, () =>
      server
        .post(`/api/executions/${id}/input`, { text })
        .then(({ status }) => statuses.push(status)),
    );
    await waitFor('a refusal', () => statuses.includes(429));
    await server.post(`/api/executions/${id}/cancel`);
    await Promise.all(all);
  });

  test('wait for a place, and go when they are cleared', async () => {
    const server = await console_('--concurrency', '1');
    const state = server.stream('/api/state');
    const first = await server.start('sleep 60');
    const second = await server.start('echo second');
    await state.until('one running, one queued', () => state.row(first)?.status === 'running');
    await state.until('the other', () => state.row(second)?.status === 'pending');
    await server.post(`/api/executions/${first}/cancel`);
    await state.until('the second', () => state.row(second)?.status === 'completed');
    expect((await server.post('/api/clear')).json).toEqual({ removed: 2 });
    await state.until(
      'the news',
      () => state.messages.flatMap(({ removed = [] }) => removed).length === 2,
    );
    const late = server.stream('/api/state');
    await late.until('the rows', () => late.messages.length > 0);
    expect(late.messages[0]).toMatchObject({ rows: [] });
  });

  test('use what their whole tree uses', async () => {
    const server = await console_();
    const state = server.stream('/api/state');
    const id = await server.start('(while :; do :; done) & wait');
    await state.until('CPU', () => state.row(id)?.cpuPercent > 0);
    expect(state.row(id)?.memory).toMatchObject({ kind: 'now' });
    expect(state.row(id)?.memory.bytes).toBeGreaterThan(1_000_000);
    await state.until('a sample', () =>
      state.messages
        .flatMap(({ samples = [] }) => samples as Message[])
        .some(({ running, cpuPercent }) => running === 1 && cpuPercent > 0),
    );
    await server.post(`/api/executions/${id}/kill`, { signal: 'SIGKILL' });
    await state.until('the end', () => state.row(id)?.status === 'failed');
    expect(state.row(id)?.cpuMs).toBeGreaterThan(0);
  });

  test('leave their whole output in a file if that is wanted', async () => {
    const dir = tempDir();
    const server = await console_('--log-dir', dir);
    const state = server.stream('/api/state');
    const id = await server.start('echo logged');
    await state.until('the end', () => state.row(id)?.status === 'completed');
    expect(state.row(id)?.logFile).toBe(join(dir, `${id}.log`));
  });
});

describe('the end', () => {
  const STUBBORN = 'trap "" TERM; echo ready; while :; do sleep 0.05; done';

  async function running(server: ConsoleProcess, command: string): Promise<number> {
    const state = server.stream('/api/state');
    const id = await server.start(command);
    await state.until('output', () => state.row(id)?.lines > 0 && state.row(id)?.pid !== null);
    return state.row(id)?.pid;
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s takes everything along',
    async (signal) => {
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
      expect(server.stderr).toContain('Ending 1 execution, for up to 5 s');
      await state.over();
      expect(state.messages.at(-1)).toMatchObject({ type: 'bye' });
    },
  );

  test('a second Ctrl-C does not wait', async () => {
    const server = await console_();
    const pid = await running(server, STUBBORN);
    server.child.kill('SIGINT');
    await waitFor('the first', () => server.stderr.includes('Ending 1 execution'));
    server.child.kill('SIGINT');
    expect(await server.ended).toEqual({ code: 130, signal: null });
    expect(processExists(pid)).toBe(false);
  });

  test('nothing is started any more while it ends', async () => {
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
