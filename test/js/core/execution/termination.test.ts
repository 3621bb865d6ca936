import { LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { nextLine } from '../../support/events';
import { processExists } from '../../support/processes';

/** Prints its number, and has left the process group, the session and its parents. */
const DAEMON = `(setsid sh -c 'echo $$; exec sleep 1000 >&- 2>&-' &)`;

test('an execution that ends by itself has no termination', async () => {
  expect((await makeEngine().run(sh('exit 3'))).termination).toBeNull();
});

test.each([
  ['timeout', { timeoutMs: 50 }],
  ['idleTimeout', { idleTimeoutMs: 50 }],
])('a %s is reported with its reason and signals', async (reason, limits) => {
  expect((await makeEngine().run(sh(LONG, limits))).termination).toEqual({
    reason,
    signals: ['SIGTERM'],
    survivors: [],
  });
});

test('output over its limit is reported as the reason', async () => {
  const engine = makeEngine({ maxOutputSizeBytes: 10 });
  const request = sh('echo 0123456789abc; sleep 1000', {
    oversizedOutputStrategy: 'failExecution',
  });
  const error = await engine.run(request).catch((failure) => failure);
  expect(error.result.termination).toMatchObject({ reason: 'outputLimit', signals: ['SIGTERM'] });
});

test('cancel reaches a descendant that left the process group', async () => {
  const engine = makeEngine();
  const execution = engine.run(sh(`${DAEMON}; ${LONG}`));
  const daemon = Number(await nextLine(execution));
  expect(processExists(daemon)).toBe(true);
  await execution.cancel();
  expect((await execution).termination).toEqual({
    reason: 'cancel',
    signals: ['SIGTERM'],
    survivors: [],
  });
  expect(processExists(daemon)).toBe(false);
});

test('a process that ignores the signal is killed', async () => {
  const engine = makeEngine({ forceKillAfterDelayMs: 50 });
  const execution = engine.run(sh(`trap '' TERM; echo ready; while :; do ${LONG}; done`));
  await nextLine(execution);
  await execution.cancel();
  expect((await execution).termination?.signals).toEqual(['SIGTERM', 'SIGKILL']);
});

test('shutdown ends the remaining descendants of finished executions', async () => {
  const engine = makeEngine();
  const execution = engine.run(sh(`${DAEMON}; :`));
  const daemon = Number(await nextLine(execution));
  expect((await execution).status).toBe('completed');
  expect(processExists(daemon)).toBe(true);
  await engine.shutdown();
  expect(processExists(daemon)).toBe(false);
});

test('a watchdog runs from the first launch on', async () => {
  const engine = makeEngine();
  expect((await engine.stats()).guarded).toBe(false);
  await engine.run(sh('true'));
  expect((await engine.stats()).guarded).toBe(process.platform === 'linux');
});
