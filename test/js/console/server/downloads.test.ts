import { readFileSync } from 'node:fs';
import { sh } from '../../support/commands';
import { type ConsoleClient, startConsole } from '../../support/console';
import { makeEngine } from '../../support/engine';
import { ServedConsole } from '../../support/served-console';
import { tempDir } from '../../support/temp';

const log = (server: ConsoleClient, id: string, query = '') =>
  server.ask(`/api/executions/${id}/log${query}`);

async function ended(server: ConsoleClient, id: string): Promise<void> {
  const state = server.stream('/api/state');
  await state.until('the end', () => state.row(id)?.endedAt);
  state.close();
}

test('the kept output is a text file with a name', async () => {
  const server = await startConsole().listening();
  const id = await server.start(String.raw`printf '\033[1mbold\033[0m\ttab\n'; printf 'no end'`);
  await ended(server, id);
  const { status, headers, text } = await log(server, id);
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(headers['content-disposition']).toMatch(
    new RegExp(
      `^attachment; filename="printf-[^"/]+-${id.slice(0, 8)}\\.log"; filename\\*=UTF-8''`,
    ),
  );
  expect(text).toBe('bold\ttab\nno end\n');
});

test('one stream, and times', async () => {
  const server = await startConsole().listening();
  const id = await server.start(
    'echo a; sleep 0.2; echo b >&2; sleep 0.2; printf c; sleep 0.4; echo d',
  );
  await ended(server, id);
  expect((await log(server, id, '?stream=stderr')).text).toBe('b\n');
  expect((await log(server, id, '?stream=stdout')).text).toBe('a\ncd\n');
  const { text } = await log(server, id, '?times=1');
  expect(text).toMatch(
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (stdout a|stderr b|stdout cd)\n){3}$/,
  );
});

test('dropped lines are counted in the first line', async () => {
  const server = await startConsole().listening();
  const id = await server.start('seq 250000');
  await ended(server, id);
  const [first = '', ...lines] = (await log(server, id)).text.trimEnd().split('\n');
  const dropped = Number(/^\[(\d+) earlier lines were dropped\]$/.exec(first)?.[1]);
  expect(dropped).toBeGreaterThanOrEqual(50_000);
  expect(lines).toHaveLength(250_000 - dropped);
  expect(lines[0]).toBe(String(dropped + 1));
});

test('with a log file nothing is missing', async () => {
  const dir = tempDir();
  const server = await startConsole(['--log-dir', dir]).listening();
  const id = await server.start('seq 250000');
  await ended(server, id);
  const { text } = await log(server, id);
  expect(text).toBe(readFileSync(`${dir}/${id}.log`, 'utf8'));
  expect(text.split('\n').filter((line) => / stdout \d+$/.test(line))).toHaveLength(250_000);
});

test('a running execution: the lines until then', async () => {
  const server = await startConsole().listening();
  const id = await server.start('echo begun; sleep 60');
  const output = server.stream(`/api/executions/${id}/output`);
  await output.until('the line', () => output.text().includes('begun'));
  expect((await log(server, id)).text).toBe('begun\n');
});

test.each([
  ['?stream=both', 400, "'stream' must be stdout or stderr, received 'both'"],
  ['?times=yes', 400, "'times' must be 0 or 1, received 'yes'"],
])('%s is rejected', async (query, status, message) => {
  const server = await startConsole().listening();
  const id = await server.start('true');
  const answer = await log(server, id, query);
  expect([answer.status, answer.json.error.message]).toEqual([status, message]);
});

test('an unknown execution and a request without the token are rejected', async () => {
  const server = await startConsole().listening();
  const id = await server.start('echo secret');
  expect((await log(server, '00000000-0000-4000-8000-000000000000')).status).toBe(404);
  const answer = await server.ask(`/api/executions/${id}/log`, { token: null });
  expect([answer.status, answer.text.includes('secret')]).toEqual([401, false]);
});

test.each([
  [{ source: '../../etc/passwd' }, 'etc-passwd'],
  [{ source: 'a"b\r\nc' }, 'a-b-c'],
  [{ source: 'x'.repeat(300) }, 'x'.repeat(60)],
  [{ source: 'ci', tags: { name: 'nightly build' } }, 'nightly-build'],
  [{ source: '...' }, ''],
])('the name of the file is safe: %j', async (metadata, expected) => {
  const engine = makeEngine();
  const { id } = await engine.run(sh('true', { metadata }));
  const { headers } = await log(await ServedConsole.of(engine), id);
  const name = `${expected === '' ? '' : `${expected}-`}${id.slice(0, 8)}.log`;
  expect(headers['content-disposition']).toContain(`filename="${name}"`);
});
