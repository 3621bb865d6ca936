import type { ExecutionRequest, StopStep } from 'escher-execution-engine';
import { LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { nextLine } from '../../support/events';
import { executionError, thrown } from '../../support/expectations';
import { processExists } from '../../support/processes';

/** Only SIGKILL ends it. */
const STUBBORN = "trap '' INT TERM; echo ready; while :; do sleep 0.02; done";
const MINUTE = 60_000;

const steps: StopStep[] = [
  { signal: 'SIGINT', to: 'leader', waitMs: 20 },
  { signal: 'SIGTERM', waitMs: 20 },
];

test('the steps run in order, then SIGKILL', async () => {
  const run = makeEngine().run(sh(STUBBORN, { stop: steps }));
  await nextLine(run);
  await run.cancel();
  expect((await run).termination).toEqual({
    reason: 'cancel',
    signals: ['SIGINT', 'SIGTERM', 'SIGKILL'],
    survivors: [],
  });
});

test('those of the configuration apply to a timeout', async () => {
  const engine = makeEngine({ stop: [{ signal: 'SIGHUP', waitMs: MINUTE }] });
  expect(engine.config.stop).toEqual([{ signal: 'SIGHUP', waitMs: MINUTE }]);
  const { signal, termination } = await engine.run(sh(LONG, { timeoutMs: 50 }));
  expect([signal, termination?.signals]).toEqual(['SIGHUP', ['SIGHUP']]);
  // The short form of a request replaces them.
  const other = await engine.run(sh(LONG, { timeoutMs: 50, killSignal: 'SIGINT' }));
  expect(other.termination?.signals).toEqual(['SIGINT']);
});

test('the list of a request replaces that of the configuration', async () => {
  const engine = makeEngine({ stop: [{ signal: 'SIGHUP', waitMs: MINUTE }] });
  const stop: StopStep[] = [{ signal: 'SIGINT', waitMs: MINUTE }];
  const { termination } = await engine.run(sh(LONG, { timeoutMs: 50, stop }));
  expect(termination?.signals).toEqual(['SIGINT']);
});

test.each<[string, Partial<ExecutionRequest>]>([
  ['idleTimeout', { idleTimeoutMs: 50 }],
  ['lease', { leaseMs: 100 }],
  ['outputLimit', { maxOutputSizeBytes: 1, oversizedOutputStrategy: 'failExecution' }],
  ['timeout', { timeoutMs: 50, pty: true }],
])('the steps apply to the reason %s: %j', async (reason, end) => {
  const stop: StopStep[] = [
    { signal: 'SIGWINCH', to: 'leader', waitMs: 1 },
    { signal: 'SIGHUP', waitMs: MINUTE },
  ];
  const run = makeEngine().run(sh(`echo ready; exec ${LONG}`, { stop, ...end }));
  const { termination } = await run.catch(({ result }) => result);
  expect(termination).toEqual({ reason, signals: ['SIGWINCH', 'SIGHUP'], survivors: [] });
});

test('a step for the leader reaches no other process', async () => {
  const helperScript = 'trap "exit 1" INT; echo $$; while :; do sleep 0.02; done';
  const script = `sh -c '${helperScript}' & trap 'trap "" TERM; echo int; exit 3' INT; wait`;
  const run = makeEngine().run(
    sh(script, {
      stop: [
        { signal: 'SIGINT', to: 'leader', waitMs: MINUTE },
        { signal: 'SIGTERM', waitMs: MINUTE },
      ],
    }),
  );
  const helper = Number(await nextLine(run));
  const said = nextLine(run);
  await run.cancel();
  expect(await said).toBe('int');
  expect(processExists(helper)).toBe(true);
  await run.cancel();
  expect(await run).toMatchObject({ exitCode: 3, termination: { signals: ['SIGINT', 'SIGTERM'] } });
  expect(processExists(helper)).toBe(false);
});

describe('a second cancel', () => {
  const stop: StopStep[] = [{ signal: 'SIGINT', waitMs: MINUTE }];

  test('goes on to the next step at once', async () => {
    const run = makeEngine().run(sh(STUBBORN, { stop }));
    await nextLine(run);
    expect([await run.cancel(), await run.cancel()]).toEqual([true, true]);
    expect((await run).termination?.signals).toEqual(['SIGINT', 'SIGKILL']);
  });

  test('is not made by the end of the block of a handle that was cancelled', async () => {
    const script = `trap 'sleep 0.3; echo saved; exit 4' INT; echo ready; while :; do sleep 0.02; done`;
    const run = makeEngine().run(sh(script, { stop }));
    await nextLine(run);
    await run.cancel();
    await run[Symbol.asyncDispose]();
    expect(await run).toMatchObject({ exitCode: 4, stdout: 'ready\nsaved\n' });
  });

  test('is a cancel behind an abort', async () => {
    const controller = new AbortController();
    const run = makeEngine().run(sh(STUBBORN, { stop }), { signal: controller.signal });
    await nextLine(run);
    controller.abort();
    await run.cancel();
    expect((await run).termination?.signals).toEqual(['SIGINT', 'SIGKILL']);
  });
});

test('shutdown limits the sum of the waits', async () => {
  const engine = makeEngine({
    stop: Array<StopStep>(8).fill({ signal: 'SIGTERM', waitMs: MINUTE }),
  });
  const run = engine.run(sh(STUBBORN));
  await nextLine(run);
  await engine.shutdown({ graceMs: 20 });
  expect((await run).termination?.signals).toEqual(['SIGTERM', 'SIGKILL']);
});

describe('refused', () => {
  const step: StopStep = { signal: 'SIGINT', waitMs: 1 };

  test.each([
    ['an empty list', [], '"stop" must be a list of 1 to 8 steps, received 0 steps'],
    ['nine steps', Array(9).fill(step), '"stop" must be a list of 1 to 8 steps, received 9 steps'],
    ['SIGKILL', [{ ...step, signal: 'SIGKILL' }], '"stop[0].signal" must be a signal from 1 to 64'],
    [
      'a negative wait',
      [step, { ...step, waitMs: -1 }],
      '"stop[1].waitMs" must be a finite number',
    ],
    ['no end', [{ ...step, waitMs: Infinity }], '"stop[0].waitMs" must be a finite number'],
  ])('%s', async (_, stop, message) => {
    const error = await executionError(makeEngine().execute(sh('true', { stop })));
    expect(error).toMatchObject({ code: 'ERR_VALIDATION', reason: 'INVALID_STOP' });
    expect(error.message).toContain(message);
    expect(thrown(() => makeEngine({ stop }))).toMatchObject({ code: 'ERR_INVALID_CONFIG' });
  });

  test.each([
    ['killSignal', { killSignal: 'SIGINT' as const }],
    ['forceKillAfterDelayMs', { forceKillAfterDelayMs: false as const }],
  ])('%s beside it', async (name, short) => {
    const message = `"stop" cannot be used together with "${name}", which is its short form`;
    const request = sh('true', { stop: [step], ...short });
    expect(await executionError(makeEngine().execute(request))).toMatchObject({
      reason: 'INVALID_STOP',
      message: `Validation error: ${message}`,
    });
    expect(thrown(() => makeEngine({ stop: [step], ...short }))).toMatchObject({
      message: `Invalid configuration: ${message}`,
    });
  });

  test.each([
    ['no list', { signal: 'SIGINT' }, 'The "request.stop" property must be an instance of Array'],
    ['no step', ['SIGINT'], 'The "request.stop[0]" property must be of type object'],
    ['no signal', [{ waitMs: 1 }], 'The "request.stop[0].signal" property must be of type string'],
    ['no wait', [{ signal: 2 }], 'The "request.stop[0].waitMs" property must be of type number'],
    ['another target', [{ ...step, to: 'all' }], '"request.stop[0].to" property must be one of'],
    ['another field', [{ ...step, wait: 1 }], 'wait'],
    ['a hole', Array(1), 'The "request.stop[0]" property must be of type object'],
  ])('%s', async (_, stop, message) => {
    const request = sh('true', { stop: stop as never });
    await expect(makeEngine().execute(request)).rejects.toThrow(message);
  });
});
