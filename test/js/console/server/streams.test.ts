import { appendFileSync, writeFileSync } from 'node:fs';
import { type Message, startConsole } from '../../support/console';
import { tempDir } from '../../support/temp';
import { GUARD_MS, waitFor } from '../../support/wait';

// Large outputs take longer on a busy machine.
jest.setTimeout(4 * GUARD_MS);

const MILLION = 'seq 1000000';
/** `OUTPUT_TAIL_LIMITS` in `lib/console/server/output-tails.ts`. */
const KEPT_LINES = 10_000;

const chunksOf = (messages: readonly Message[]): Message[] =>
  messages.flatMap(({ chunks = [] }) => chunks as Message[]);

const skippedIn = (messages: readonly Message[]): number =>
  messages.reduce((sum, { type, lines }) => sum + (type === 'skipped' ? lines : 0), 0);

const linesIn = (messages: readonly Message[]): string[] =>
  chunksOf(messages).flatMap(({ text }) => String(text).split('\n'));

/** A command that prints each line that is appended to a file. */
const steps = (dir: string): string => `tail -n +1 -f ${dir}/steps`;

test('both streams are sent in order, with unfinished lines', async () => {
  const server = await startConsole().listening();
  const id = await server.start(
    'echo one; sleep 0.2; echo two >&2; sleep 0.2; printf three; sleep 0.4; echo four',
  );
  const output = server.stream(`/api/executions/${id}/output`);
  await output.over();
  expect(chunksOf(output.messages)).toMatchObject([
    { stream: 'stdout', text: 'one', firstSeq: 0, nextSeq: 1, partial: false },
    { stream: 'stderr', text: 'two', firstSeq: 1, nextSeq: 2, partial: false },
    { stream: 'stdout', text: 'three', firstSeq: 2, nextSeq: 3, partial: true },
    { stream: 'stdout', text: 'four', firstSeq: 3, nextSeq: 4, partial: false },
  ]);
});

test('a page continues from its last piece', async () => {
  const dir = tempDir();
  writeFileSync(`${dir}/steps`, 'one\ntwo\n');
  const server = await startConsole().listening();
  const id = await server.start(steps(dir));
  const first = server.stream(`/api/executions/${id}/output`);
  await first.until('the first lines', () => first.text() === 'one\ntwo\n');
  first.close();
  appendFileSync(`${dir}/steps`, 'three\n');
  const second = server.stream(`/api/executions/${id}/output?from=2`);
  await second.until('the next line', () => second.text() === 'three\n');
  appendFileSync(`${dir}/steps`, 'four\n');
  await second.until('what comes later', () => second.text() === 'three\nfour\n');
});

test('a number above the last piece is treated as the last one', async () => {
  const server = await startConsole().listening();
  const id = await server.start('echo one');
  const output = server.stream(`/api/executions/${id}/output?from=999999999`);
  await output.over();
  expect(output.messages.at(-1)).toEqual({ type: 'end' });
});

test('the last lines of a large output are kept without a gap, and the others are counted', async () => {
  const server = await startConsole().listening();
  const state = server.stream('/api/state');
  const id = await server.start(MILLION);
  await state.until('the end', () => state.row(id)?.status === 'completed');
  const output = server.stream(`/api/executions/${id}/output`);
  await output.over();
  const lines = linesIn(output.messages);
  expect(state.row(id)?.lines).toBe(1_000_000);
  expect(skippedIn(output.messages)).toBe(chunksOf(output.messages)[0]?.firstSeq);
  expect(lines.length).toBeGreaterThan(KEPT_LINES - 256);
  expect(lines.length).toBeLessThanOrEqual(KEPT_LINES);
  expect(lines).toEqual(lines.map((_, index) => String(1_000_000 - lines.length + index + 1)));
});

test('a page that does not read blocks no command, and continues near the end', async () => {
  const server = await startConsole().listening();
  const state = server.stream('/api/state');
  const id = await server.start('read go; for i in 1 2 3; do seq 1000000; done', {
    stdin: true,
  });
  const stuck = server.stream(`/api/executions/${id}/output`);
  await waitFor('the connection', () => stuck.response);
  stuck.response?.pause();
  await server.post(`/api/executions/${id}/input`, { text: '\n' });
  await state.until('the end', () => state.row(id)?.status === 'completed');
  expect(state.row(id)?.lines).toBe(3_000_000);
  stuck.response?.resume();
  await stuck.over();
  expect(stuck.messages.at(-1)).toEqual({ type: 'end' });
  expect(linesIn(stuck.messages).at(-1)).toBe('1000000');
  // The skipped and the sent pieces are all pieces.
  const pieces = chunksOf(stuck.messages).map(({ firstSeq, nextSeq }) => nextSeq - firstSeq);
  const sent = pieces.reduce((sum, count) => sum + count, 0);
  expect(skippedIn(stuck.messages) + sent).toBe(chunksOf(stuck.messages).at(-1)?.nextSeq);
});

test('pages that do not read use no memory', async () => {
  // Seven copies of 20 MB do not fit into this heap.
  const server = await startConsole([], ['--max-old-space-size=96']).listening();
  const id = await server.start(`yes ${'x'.repeat(2000)}`);
  for (let i = 0; i < 7; i++) {
    const page = server.stream(`/api/executions/${id}/output`);
    await waitFor('the connection', () => page.response);
    page.response?.pause();
  }
  // It receives what each of the others would receive.
  const reader = server.stream(`/api/executions/${id}/output`);
  await reader.until('20 MB', () => (reader.response?.socket.bytesRead ?? 0) > 20_000_000);
  await server.post(`/api/executions/${id}/kill`, { signal: 'SIGKILL' });
  await reader.over();
  expect(server.child.exitCode).toBeNull();
});

test('many changes are sent in few messages', async () => {
  const server = await startConsole().listening();
  const state = server.stream('/api/state');
  const ids: string[] = [];
  for (let i = 0; i < 100; i++) ids.push(await server.start(`echo ${i}`));
  await state.until('the ends', () => ids.every((id) => state.row(id)?.status === 'completed'));
  // 100 executions change at least four times each.
  const messages = state.messages.filter(({ type }) => type === 'rows').length;
  expect(messages).toBeLessThan(100);
});

test('the oldest finished executions are removed', async () => {
  const server = await startConsole(['--concurrency', '8']).listening();
  const state = server.stream('/api/state');
  const ids: string[] = [];
  for (let i = 0; i < 505; i++) ids.push(await server.start('exit'));
  await state.until('the ends', () => ids.slice(-8).every((id) => state.row(id)?.endedAt != null));
  const late = server.stream('/api/state');
  await late.until('the rows', () => late.messages.length > 0);
  expect(late.messages[0]?.rows).toHaveLength(500);
});

test('at most four pages are served at a time', async () => {
  const server = await startConsole().listening();
  const pages = Array.from({ length: 4 }, () => server.stream('/api/state'));
  for (const page of pages) await page.until('the rows', () => page.messages.length > 0);
  expect(await server.ask('/api/state')).toMatchObject({
    status: 503,
    json: { error: { code: 'ERR_TOO_MANY_PAGES' } },
  });
  pages[0]?.close();
  const next = await waitFor('a free place', async () => {
    const page = server.stream('/api/state');
    await waitFor('an answer', () => page.response);
    return page.response?.statusCode === 200 ? page : undefined;
  });
  next?.close();
});
