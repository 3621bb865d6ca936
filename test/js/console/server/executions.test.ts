import { join } from 'node:path';
import { type Message, startConsole } from '../../support/console';
import { root } from '../../support/repository';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

const console_ = (...args: string[]) => startConsole(args).listening();

describe('executions', () => {
  test('are reported from their start to their end', async () => {
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

  test('are rerun with the same request, whose environment is never sent', async () => {
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

  test('receive input until it is closed', async () => {
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

  test('reject input while too much of it is unread', async () => {
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

  test('are queued above the concurrency limit, and removed by Clear', async () => {
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
      'the removals',
      () => state.messages.flatMap(({ removed = [] }) => removed).length === 2,
    );
    const late = server.stream('/api/state');
    await late.until('the rows', () => late.messages.length > 0);
    expect(late.messages[0]).toMatchObject({ rows: [] });
  });

  test('show the CPU time and memory of their whole tree', async () => {
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

  test('write their whole output to a file with --log-dir', async () => {
    const dir = tempDir();
    const server = await console_('--log-dir', dir);
    const state = server.stream('/api/state');
    const id = await server.start('echo logged');
    await state.until('the end', () => state.row(id)?.status === 'completed');
    expect(state.row(id)?.logFile).toBe(join(dir, `${id}.log`));
  });
});
