import { sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';

test('limits and umask of the request reach the command', async () => {
  const engine = makeEngine({ umask: 0o077, limits: { openFiles: 40, nice: 3 } });
  const { stdout } = await engine.run({
    ...sh('ulimit -n; ulimit -c; nice; umask'),
    limits: { openFiles: 45, coreBytes: 0 },
    umask: 0o022,
  });
  expect(stdout).toBe('45\n0\n3\n0022\n');
  expect((await engine.run(sh('ulimit -n; umask'))).stdout).toBe('40\n0077\n');
});

test('a command that exceeds its CPU time is ended by SIGXCPU', async () => {
  const engine = makeEngine();
  const result = await engine.run({ ...sh('while :; do :; done'), limits: { cpuSeconds: 1 } });
  expect(result).toMatchObject({ status: 'failed', signal: 'SIGXCPU' });
});

test.each([
  [{ limits: { cpuSeconds: 0 } }, /request\.limits\.cpuSeconds.*integer of at least 1.*0/],
  [{ limits: { nice: 20 } }, /request\.limits\.nice.*from -20 to 19.*20/],
  [{ limits: { openFiles: '9' } }, /request\.limits\.openFiles.*number/],
  [{ limits: { openfiles: 9 } }, /request\.limits\.openfiles.*unknown.*openFiles/],
  [{ limits: { memoryMax: 0 } }, /request\.limits\.memoryMax.*integer of at least 1.*0/],
  [{ limits: 5 }, /request\.limits.*object/],
  [{ umask: 0o1000 }, /request\.umask.*0o777/],
])('%j is rejected by the name of its field', async (fields, message) => {
  const engine = makeEngine();
  await expect(engine.execute({ ...sh('true'), ...(fields as object) })).rejects.toThrow(message);
});

// With a delegated cgroup v2 the limit applies; without one the request is rejected.
test('limits of the process tree are rejected if they cannot be applied', async () => {
  const engine = makeEngine();
  const request = { ...sh('cat /proc/self/cgroup'), limits: { memoryMax: 64 * 2 ** 20 } };
  const result = await engine.run(request).catch((error) => error);
  if (result instanceof Error) {
    expect(result).toMatchObject({ code: 'ERR_VALIDATION', reason: 'UNSUPPORTED_LIMIT' });
    expect(result.message).toMatch(/limits\.memoryMax needs a delegated cgroup v2/);
  } else {
    expect(result.stdout).toContain(`/escher-${result.id}`);
  }
});

test('limits of the configuration are checked too', () => {
  expect(() => makeEngine({ limits: { nice: 99 } })).toThrow(/"limits.nice" is out of range/);
  expect(() => makeEngine({ umask: -1 })).toThrow(/"umask" must be an integer from 0/);
});
