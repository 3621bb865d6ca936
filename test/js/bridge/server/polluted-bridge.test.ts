import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fixture, root } from '../../support/repository';

/** What the program `bridge` answers to lines, in a process with a polluted `Object.prototype`. */
function answers(...lines: object[]): Record<string, unknown>[] {
  const program = join(root, 'dist', 'cli', 'main.js');
  const { stdout } = spawnSync(
    process.execPath,
    ['--require', fixture('preload', 'polluted-requests.cjs'), program, 'bridge', '--wait'],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
      input: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    },
  );
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('a polluted Object.prototype', () => {
  test('completes no line', () => {
    const messages = answers({}, { type: 'execute' }, { type: 'execute', request: {} });
    expect(messages).toHaveLength(3);
    for (const message of messages) {
      expect(JSON.stringify(message)).toMatch(/"(request|request\.command)\\"/);
    }
  });

  test('changes no request', () => {
    const command = { type: 'shell', command: 'pwd; echo "[$POLLUTED]"' };
    const messages = answers({ type: 'execute', seq: 1, request: { command } });
    expect(messages[0]).toMatchObject({ type: 'response', seq: 1, payload: expect.anything() });
    expect(messages.at(-1)).toMatchObject({
      type: 'result',
      payload: { status: 'completed', stdout: `${root}\n[]\n` },
    });
  });

  test('allows no pattern', () => {
    const request = { command: { type: 'exec', program: 'true' }, progress: { pattern: 'x' } };
    const [answer, ...rest] = answers({ type: 'execute', seq: 1, request });
    expect(answer).toMatchObject({ seq: 1, error: { code: 'ERR_INVALID_ARG_VALUE' } });
    expect(rest).toEqual([]);
  });
});
