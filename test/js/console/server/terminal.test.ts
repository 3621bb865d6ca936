import { startConsole } from '../../support/console';

const console_ = () => startConsole([]).listening();
const COMMAND = 'while read -r line; do echo "got $line in $(stty size)"; done';

test('a command on a terminal takes input and follows its size', async () => {
  const server = await console_();
  const id = await server.start(COMMAND, { terminal: true, stdin: true });
  const output = server.stream(`/api/executions/${id}/output`);
  const type = (text: string) => server.post(`/api/executions/${id}/input`, { text });
  await type('one\r');
  await output.until('the line', () => output.text().includes('got one in 24 80'));
  const size = { cols: 100, rows: 30 };
  expect((await server.post(`/api/executions/${id}/resize`, size)).status).toBe(200);
  await type('two\r');
  await output.until('the next line', () => output.text().includes('got two in 30 100'));
  const state = server.stream('/api/state');
  await state.until('the row', () => state.row(id));
  expect(state.row(id)).toMatchObject({ hasTerminal: true, input: 'none' });
});

test('sequences that draw reach the page of a terminal, and no other', async () => {
  const server = await console_();
  const command = String.raw`printf 'a\033[2Jb\n'`;
  for (const terminal of [true, false]) {
    const id = await server.start(command, { terminal });
    const output = server.stream(`/api/executions/${id}/output`);
    await output.until('the end', () => output.isOver);
    expect(output.text().includes('\x1b[2J')).toBe(terminal);
  }
});

test('output that a page asked for late is marked', async () => {
  const server = await console_();
  const id = await server.start('echo first; read -r _; echo second; read -r _', {
    terminal: true,
  });
  const early = server.stream(`/api/executions/${id}/output`);
  await early.until('the first line', () => early.text().includes('first'));
  const late = server.stream(`/api/executions/${id}/output`);
  await late.until('the first line', () => late.text().includes('first'));
  await server.post(`/api/executions/${id}/input`, { text: '\r' });
  await late.until('the second line', () => late.text().includes('second'));
  const marks = late.messages.filter(({ type }) => type === 'text').map(({ isKept }) => isKept);
  expect([marks[0], marks.at(-1)]).toEqual([true, false]);
});

test.each([
  [{ cols: 80 }, 400, /'rows' must be a number, received nothing/],
  [{ cols: '80', rows: 24 }, 400, /'cols' must be a number, received "80"/],
  [{ cols: 0, rows: 24 }, 400, /cols.* out of range/],
  [{ cols: 80, rows: 24, x: 1 }, 400, /Unknown field 'x'/],
])('resize with %j is rejected', async (body, status, message) => {
  const server = await console_();
  const id = await server.start('sleep 60', { terminal: true });
  const answer = await server.post(`/api/executions/${id}/resize`, body);
  expect([answer.status, answer.json.error.message]).toEqual([
    status,
    expect.stringMatching(message),
  ]);
});

test('resize without a terminal is a conflict', async () => {
  const server = await console_();
  const id = await server.start('sleep 60');
  const answer = await server.post(`/api/executions/${id}/resize`, { cols: 80, rows: 24 });
  expect([answer.status, answer.json.error.code]).toEqual([409, 'ERR_IO']);
});
