import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { program, programFile } from '../../support/program';
import { tempDir } from '../../support/temp';

interface Report {
  healthy: boolean;
  checks: { id: string; name: string; state: string; value: string; needed: boolean }[];
}

const reportOf = (stdout: string): Report => JSON.parse(stdout) as Report;

test('doctor reports what this machine offers, and that commands run', async () => {
  const { code, stdout, stderr } = await program(['doctor', '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { healthy, checks } = reportOf(stdout);
  expect(healthy).toBe(true);
  const values = Object.fromEntries(checks.map(({ id, value }) => [id, value]));
  expect(values).toMatchObject({
    node: expect.stringContaining(process.version),
    native: expect.stringMatching(/escher_execution_engine\.node, .*iB$/),
    boost: expect.stringMatching(
      /^1\.\d+\.\d+: Asio, Process v2, (compiled in|Boost\.Process from \/)/,
    ),
    launch: expect.stringMatching(/^\d+\.\d ms to launch, \d+ ms to run$/),
    stream: '1000 of 1000 lines, in order',
    ...(process.platform === 'linux' && { watchdog: 'runs' }),
  });
  for (const id of ['platform', 'package', 'napi', 'kernel', 'tmp', 'shell', 'interpreters']) {
    expect(values).toHaveProperty(id);
  }
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
});

test('the check of tree limits reports the reason of the engine', async () => {
  const { stdout } = await program(['doctor', '--json']);
  const check = reportOf(stdout).checks.find(({ id }) => id === 'cgroup-limits');
  const engine = makeEngine();
  const reasons: string[] = [];
  for (const limits of [{ memoryMax: 1 << 30 }, { pidsMax: 1000 }]) {
    await engine.run({ ...sh(':'), limits }).catch(({ message }) => reasons.push(message));
  }
  // The advice to run `doctor` is for other programs.
  const advice = '. `escher-execution-engine doctor` shows what this machine supports';
  for (const reason of reasons) expect(reason.endsWith(advice)).toBe(true);
  const meaning = reasons[0]?.slice(0, -advice.length);
  expect(check).toMatchObject(
    meaning === undefined
      ? { state: 'ok', value: 'memoryMax, pidsMax' }
      : { state: 'limited', value: expect.stringMatching(/^rejected: /), meaning },
  );
});

test('the table has a row for each check, without colours if stdout is no terminal', async () => {
  const { stdout: json } = await program(['doctor', '--json']);
  const { code, stdout } = await program(['doctor']);
  expect(code).toBe(0);
  expect(stdout).not.toContain('\x1b');
  for (const { name, state } of reportOf(json).checks) {
    expect(stdout).toMatch(new RegExp(`^${state} +${name.replace(/[()]/g, '\\$&')} `, 'm'));
  }
  expect(stdout).toMatch(/\n\d+ ok, \d+ limited, 0 missing|\n\d+ ok, .*Commands can be run\.\n$/);
});

test('a native binary that cannot be loaded is missing and needed', async () => {
  const env = { ESCHER_EXECUTION_ENGINE_BINARY: '/no/such/binary' };
  const { code, stdout, stderr } = await program(['doctor'], { env });
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toMatch(/^missing +Native binary/m);
  expect(stdout).toMatch(/tried: \/no\/such\/binary.*\(needed\)$/m);
  expect(stdout).toMatch(/fix: +ESCHER_EXECUTION_ENGINE_BINARY names this file/);
  expect(stdout).toMatch(/Commands cannot be run: Native binary\.\n$/);
});

test('a temporary directory that does not exist is missing', async () => {
  const dir = tempDir();
  chmodSync(dir, 0o500);
  const { code, stdout } = await program(['doctor', '--json'], {
    env: { TMPDIR: `${dir}/no/such` },
  });
  expect(code).toBe(1);
  const { healthy, checks } = reportOf(stdout);
  expect(healthy).toBe(false);
  expect(checks.find(({ id }) => id === 'tmp')).toMatchObject({ state: 'missing', needed: true });
});

test('a full disk is reported by the exit code', async () => {
  const script = 'exec "$@" > /dev/full';
  const command = [process.execPath, programFile, 'doctor', '--json'];
  const { status, stderr } = spawnSync('/bin/sh', ['-c', script, 'sh', ...command]);
  expect(status).toBe(125);
  expect(String(stderr)).toContain('cannot write to stdout: ENOSPC');
});

test('a usage error is explained', async () => {
  const { code, stderr } = await program(['doctor', 'now']);
  expect(code).toBe(2);
  expect(stderr).toContain("unexpected argument 'now'.");
  expect((await program(['doctor', '--jsn'])).stderr).toContain("Did you mean '--json'?");
});
