import { startConsole } from '../../support/console';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const console_ = (...args: string[]) => startConsole(args).listening();

describe('an invalid request is rejected with a reason', () => {
  test.each<[string, unknown, number, RegExp]>([
    ['invalid JSON', '{', 400, /invalid JSON/],
    ['no JSON object', '[]', 400, /must be a JSON object/],
    ['no command', {}, 400, /'command' must be a shell command, received nothing/],
    ['an empty command', { command: ' ' }, 400, /'command'/],
    ['a number as command', { command: 7 }, 400, /'command' must be .* received 7/],
    [
      'a raw capture',
      { command: 'true', capture: 'raw' },
      400,
      /Unknown field 'capture'; allowed: command, cwd/,
    ],
    [
      'an unknown field',
      { command: 'true', shell: 'x' },
      400,
      /Unknown field 'shell'; allowed: command, cwd/,
    ],
    [
      'a negative timeout',
      { command: 'true', timeoutMs: -1 },
      400,
      /'timeoutMs' must be .* received -1/,
    ],
    [
      'a number as environment value',
      { command: 'true', env: { A: 1 } },
      400,
      /'env' must be an object of strings/,
    ],
    ['an invalid variable name', { command: 'true', env: { 'A=B': '1' } }, 400, /A=B/],
    [
      'a string as flag',
      { command: 'true', stdin: 'yes' },
      400,
      /'stdin' must be true or false, received "yes"/,
    ],
    [
      'a pattern that is not a string',
      { command: 'true', progress: 1 },
      400,
      /'progress' must be a regular expression, received 1/,
    ],
    [
      'a pattern',
      { command: 'true', progress: '(\\d+)%' },
      400,
      /'progress' is not accepted: the console runs without --progress-patterns/,
    ],
    ['a directory that does not exist', { command: 'true', cwd: '/no/such' }, 400, /\/no\/such/],
    ['a body that is too long', { command: 'x'.repeat(300_000) }, 413, /longer than 262144 bytes/],
  ])('%s', async (_, body, status, message) => {
    const server = await console_();
    const answer = await server.post('/api/executions', body);
    expect(answer.status).toBe(status);
    expect(answer.json.error.message).toMatch(message);
    // The server continues to work.
    expect(await server.start('true')).toMatch(/^[\da-f-]{36}$/);
  });

  test('a pattern that cannot be used', async () => {
    const server = await console_('--progress-patterns');
    for (const [progress, problem] of [
      ['(', 'must be a regular expression: Invalid regular expression'],
      ['(?=a)', 'must not have a lookahead'],
    ] as const) {
      const answer = await server.post('/api/executions', { command: 'true', progress });
      expect(answer.status).toBe(400);
      expect(answer.json.error.message).toContain(`'progress' ${problem}`);
    }
  });

  test('a content type other than JSON', async () => {
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

  test('an action that the execution does not support', async () => {
    const server = await console_();
    const id = await server.start('sleep 60');
    const of = (action: string, body: unknown = {}) =>
      server.post(`/api/executions/${id}/${action}`, body);
    const cases: [string, unknown, number, RegExp][] = [
      ['kill', {}, 400, /'signal' must be the name of a signal, received nothing/],
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
