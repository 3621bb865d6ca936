import { startConsole } from '../../support/console';
import { fixture, root } from '../../support/repository';

const preload = ['--require', fixture('preload', 'polluted-requests.cjs')];
const console_ = (...args: string[]) => startConsole(args, preload).listening();

describe('a polluted Object.prototype', () => {
  test('is neither a token nor another header', async () => {
    const server = await console_();
    expect((await server.ask('/api/state', { token: null })).status).toBe(401);
    const headers = { 'Content-Type': 'text/plain' };
    const answer = await server.ask('/api/executions', { method: 'POST', body: '{}', headers });
    expect(answer.status).toBe(415);
  });

  test('completes no request', async () => {
    const server = await console_();
    const answer = await server.post('/api/executions', {});
    expect(answer).toMatchObject({
      status: 400,
      json: { error: { message: "'command' must be a shell command, received nothing" } },
    });
  });

  test('changes no command, and allows no pattern', async () => {
    const server = await console_();
    const id = await server.start('pwd; echo "[$POLLUTED]"');
    const state = server.stream('/api/state');
    await state.until('the end', () => state.row(id)?.status === 'completed');
    expect(state.row(id)).toMatchObject({ cwd: root, timeoutMs: null, lines: 2, input: 'none' });
    const refused = await server.post('/api/executions', { command: 'true', progress: '(\\d+)%' });
    expect(refused.status).toBe(400);
  });
});
