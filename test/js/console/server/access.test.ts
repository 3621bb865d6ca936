import { readFileSync } from 'node:fs';
import { startConsole } from '../../support/console';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const console_ = (...args: string[]) => startConsole(args).listening();

describe('access to the server', () => {
  test('is limited to the loopback interface', async () => {
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
  ])('requires the token: %s', async (_, token) => {
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

  test('ignores a token in the query', async () => {
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
  ])('is denied for the Host %s', async (host) => {
    const server = await console_();
    for (const path of ['/', '/page.js', '/api/clear']) {
      const answer = await server.ask(path, { headers: { Host: host } });
      expect(answer).toMatchObject({ status: 403, json: { error: { code: 'ERR_HOST' } } });
    }
  });

  test('is possible through a tunnel with another port', async () => {
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
  ])('is denied to other pages, even with the token: %j', async (headers) => {
    const server = await console_();
    const body = { command: 'echo hi' };
    expect(await server.ask('/api/executions', { method: 'POST', body, headers })).toMatchObject({
      status: 403,
      json: { error: { code: 'ERR_ORIGIN' } },
    });
  });
});
