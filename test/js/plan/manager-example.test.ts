import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/repository';
import { tempDir } from '../support/temp';
import { waitFor } from '../support/wait';

const manager = join(root, 'examples/manager/main.mjs');
const terraform = join(root, 'examples/manager/terraform');

interface Run {
  child: ChildProcess;
  text(): string;
  code: Promise<number | null>;
}

function start(args: readonly string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [manager, ...args], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  return { child, text: () => text, code: once(child, 'close').then(([code]) => code) };
}

/** A playbook of one stage, in a folder of its own. */
function playbook(step: object, more: object = {}): string {
  const file = join(tempDir(), 'playbook.json');
  const stage = {
    name: 'stage',
    strategy: { type: 'serial' },
    steps: [step, { name: 'next', command: { type: 'exec', program: 'true' } }],
  };
  writeFileSync(file, JSON.stringify({ name: 'test', stages: [stage], ...more }));
  return file;
}

const apply = (pause: string): string =>
  playbook({
    name: 'apply',
    command: { type: 'exec', program: terraform, args: ['apply', '100'] },
    env: { PAUSE: pause },
    stop: [
      { signal: 'SIGINT', to: 'leader', waitMs: 60_000 },
      { signal: 'SIGINT', to: 'leader', waitMs: 60_000 },
    ],
  });

test('the playbook of the example runs with its parameters, and shows no secret', async () => {
  const run = start(['--set', 'environment=production'], { RELEASE_TOKEN: 'token-of-the-test' });
  expect([await run.code, run.text()]).toEqual([0, expect.any(String)]);
  expect(run.text()).toContain('production has 3 servers');
  expect(run.text()).toContain('signed in with ***');
  expect(run.text()).not.toContain('token-of-the-test');
  expect(run.text()).toContain('Apply complete! Resources: 3 added');
});

test('the first Ctrl-C lets terraform finish its resource and save its state', async () => {
  const run = start([apply('0.3')]);
  await waitFor('the first resource', () => run.text().includes('Creating...'));
  run.child.kill('SIGINT');
  expect([await run.code, run.text()]).toEqual([130, expect.any(String)]);
  expect(run.text()).toContain('Interrupt received. Gracefully shutting down...');
  expect(run.text()).toMatch(/State saved: \d+ of 100 servers/);
  expect(run.text()).toMatch(/apply cancelled/);
  expect(run.text()).toMatch(/next skipped/);
});

test('the second Ctrl-C ends it at once', async () => {
  const run = start([apply('1000')]);
  await waitFor('the first resource', () => run.text().includes('Creating...'));
  run.child.kill('SIGINT');
  await waitFor('the answer', () => run.text().includes('Interrupt received'));
  run.child.kill('SIGINT');
  expect([await run.code, run.text()]).toEqual([130, expect.any(String)]);
  expect(run.text()).toContain('Two interrupts received. Exiting immediately.');
  expect(run.text()).not.toContain('State saved');
});

test('a step whose program is missing is left out, and a failure ends the playbook', async () => {
  const step = { name: 'a', requires: 'no-such-program', command: { type: 'exec', program: 'x' } };
  const left = start([playbook(step)]);
  expect([await left.code, left.text()]).toEqual([0, expect.any(String)]);
  expect(left.text()).toContain('left out: a needs no-such-program');
  const failing = { name: 'a', command: { type: 'shell', command: 'echo no >&2; exit 3' } };
  const failed = start([playbook(failing)]);
  expect([await failed.code, failed.text()]).toEqual([1, expect.any(String)]);
  expect(failed.text()).toContain('test: 0 of 2 steps completed');
});

test.each([
  [{ parameters: { a: '1' } }, ['--set', 'b=2'], /There is no parameter 'b'. .* has: a/],
  [{ secrets: { NO_SUCH_SECRET: {} } }, [], /must have the secret NO_SUCH_SECRET/],
  [{ secrets: { SECRET: { example: 'x' } } }, [], /\$\{SECRET\} has no value here/],
])('%j with %j is refused', async (more, args, message) => {
  const step = { name: 'a', command: { type: 'exec', program: 'echo', args: [`$${'{SECRET}'}`] } };
  const run = start([playbook(step, more), ...args]);
  expect(await run.code).toBe(1);
  expect(run.text()).toMatch(message);
});
