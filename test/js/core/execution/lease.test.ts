import { LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, present } from '../../support/expectations';
import { processExists } from '../../support/processes';
import { blockUntil, waitFor } from '../../support/wait';

test('an execution that is not renewed is ended', async () => {
  const result = await makeEngine().run(sh(LONG, { leaseMs: 100 }));
  expect(result).toMatchObject({
    status: 'cancelled',
    error: { code: 'ERR_LEASE_EXPIRED', message: 'Lease expired: not renewed within 100ms' },
    termination: { reason: 'lease', signals: ['SIGTERM'], survivors: [] },
  });
});

test('a blocked event loop does not delay the end', async () => {
  const run = makeEngine().run(sh(LONG, { leaseMs: 100 }));
  await waitFor('the start', () => run.pid);
  blockUntil('the process is gone', () => !processExists(present(run.pid)));
  expect((await run).error?.code).toBe('ERR_LEASE_EXPIRED');
});

test('renew begins it anew, by the handle and by the id', async () => {
  const engine = makeEngine();
  const run = engine.run(sh('read _; exit 5', { leaseMs: 3000, stdin: 'pipe' }));
  expect(await run.renew()).toBe(true);
  const began = performance.now();
  while (performance.now() - began < 3500) {
    expect(await engine.renew(run.id)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  run.stdin.end('\n');
  expect((await run).exitCode).toBe(5);
  expect([await run.renew(), await engine.renew(run.id)]).toEqual([false, false]);
});

test('renew of an unknown execution rejects', async () => {
  const id = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e01';
  expect((await executionError(makeEngine().renew(id))).code).toBe('ERR_EXECUTION_NOT_FOUND');
});

test.each([99, Number.POSITIVE_INFINITY, Number.NaN])('leaseMs %p is refused', async (leaseMs) => {
  const error = await executionError(makeEngine().execute(sh('true', { leaseMs })));
  expect(error).toMatchObject({ code: 'ERR_VALIDATION', reason: 'INVALID_TIMEOUT' });
  expect(error.message).toContain('"leaseMs" must be a finite number of 100 or greater');
});

test('with reject it is an exception', async () => {
  const run = makeEngine().run(sh(LONG, { leaseMs: 100 }), { reject: true });
  expect((await executionError(run)).code).toBe('ERR_LEASE_EXPIRED');
});
