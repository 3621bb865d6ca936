import { LONG, sh } from '../../support/commands';
import { program, startProgram } from '../../support/program';
import { tempFile } from '../../support/temp';
import { waitFor } from '../../support/wait';

const planFile = (plan: object): string => tempFile('plan.json', JSON.stringify(plan));

const serial = (...commands: object[]): object => ({ strategy: { type: 'serial' }, commands });

const named = (name: string, command: string): object => ({ ...sh(command), name });

const plan = (...args: string[]) => program(['plan', ...args]);

/** Without the durations. */
const states = (stdout: string): string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/[ ,]+[\d.]+m?s\b/g, ''));

test('prints a line for each step with its state', async () => {
  const file = planFile(serial(named('build', 'true'), named('test', 'exit 3'), sh('true')));
  const { code, stdout, stderr } = await plan(file);
  expect([code, stderr]).toEqual([1, '']);
  expect(states(stdout)).toEqual([
    'completed  build',
    'failed     test  Command failed with exit code 3',
    'skipped    #3',
    'failed: 3 steps, 1 completed, 1 failed, 1 skipped',
  ]);
});

test('without --output, the end of stderr of a failed step is printed', async () => {
  const file = planFile(serial(named('test', 'echo fine; echo "no such table" >&2; exit 3')));
  const { stdout } = await plan(file);
  expect(stdout.split('\n').filter((line) => line.includes(' | '))).toEqual([
    'test | no such table',
  ]);
});

test('a plan from standard input that succeeds exits with 0', async () => {
  const input = JSON.stringify(serial(named('a', 'true')));
  const { code, stdout } = await program(['plan', '-'], { input });
  expect(code).toBe(0);
  expect(states(stdout).at(-1)).toBe('completed: 1 step, 1 completed');
});

test('--output prints the lines with their steps', async () => {
  const { stdout } = await plan(
    '--output',
    planFile(serial(named('a', 'echo 1; echo 2 >&2'), sh('echo 3'))),
  );
  const lines = stdout.split('\n').filter((line) => line.includes(' | '));
  expect(lines.sort()).toEqual(['#2 | 3', 'a | 1', 'a | 2']);
});

test('--json prints events, lines and the result', async () => {
  const retry = { attempts: 2, delayMs: 1, on: ['exit'] };
  const { code, stdout } = await plan(
    '--json',
    planFile(serial({ ...sh('echo out; exit 1'), retry })),
  );
  expect(code).toBe(1);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const of = (name: string) => events.filter(({ event }) => event === name);
  expect(of('stepStarted')).toHaveLength(1);
  expect(of('stepRetrying')).toMatchObject([{ step: 0, attempt: 1 }]);
  expect(of('line')).toEqual(
    Array(2).fill({ event: 'line', step: 0, name: null, stream: 'stdout', line: 'out' }),
  );
  expect(of('stepFinished')).toMatchObject([{ status: 'failed', result: { exitCode: 1 } }]);
  expect(events.at(-1)).toMatchObject({
    event: 'result',
    status: 'failed',
    results: [{ stdout: 'out\n', attempts: [{}, {}] }],
  });
});

test('a signal cancels the plan and ends its commands', async () => {
  const running = startProgram(['plan', '--json', planFile(serial(sh(LONG), sh('true')))]);
  await running.prints(/stepStarted/);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  expect(code).toBe(130);
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) as string)).toMatchObject({
    status: 'cancelled',
    stats: { cancelled: 1, skipped: 1 },
  });
  await waitFor('its commands to end', () => running.commands().length === 0);
});

test('a second signal kills commands that ignore the first', async () => {
  const command = sh("trap '' TERM; echo ready; while :; do sleep 0.1; done", {
    forceKillAfterDelayMs: false,
  });
  const running = startProgram(['plan', '--output', planFile(serial(command))]);
  await running.prints(/#1 \| ready/);
  running.child.kill('SIGINT');
  running.child.kill('SIGTERM');
  // The code of the one that arrives first.
  expect([130, 143]).toContain((await running.ended).code);
});

test('a reader that goes ends the plan', async () => {
  const running = startProgram(['plan', '-o', planFile(serial(sh('while :; do echo x; done')))]);
  await running.prints(/x/);
  running.child.stdout?.destroy();
  expect((await running.ended).code).toBe(1);
});

test.each([
  [[], /one FILE is required, received none/],
  [['a.json', 'b.json'], /one FILE is required, received 2/],
  [['no-such-file.json'], /no-such-file.json cannot be read \(ENOENT\)/],
  [
    ['--concurrency', '0', 'package.json'],
    /--concurrency must be an integer in range, received '0'/,
  ],
  [['--jsno', 'package.json'], /unknown option '--jsno'. Did you mean '--json'/],
  [['README.md'], /README.md is not JSON/],
  [['package.json'], /Validation error: .*"plan\.\w+" property is unknown/],
])('plan %j is wrong usage', async (args, message) => {
  const { code, stdout, stderr } = await plan(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^ {2}allowed: \S.*\n {2}example: escher-execution-engine plan \S/m);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('a cycle is reported', async () => {
  const strategy = { type: 'dependencyGraph', dependencies: { a: ['b'], b: ['a'] } };
  const commands = [named('a', 'true'), named('b', 'true')];
  const { code, stderr } = await plan(planFile({ strategy, commands }));
  expect(code).toBe(2);
  expect(stderr).toMatch(/plan: Validation error: .*cycle: a -> b -> a\n/);
  expect(stderr).toMatch(/allowed: a JSON file such as \{.*\}\n +example: /);
});
