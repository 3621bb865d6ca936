import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { boostCheck } from '../../../../lib/cli/doctor/boost';
import { cgroupChecks } from '../../../../lib/cli/doctor/cgroup';
import type { Check } from '../../../../lib/cli/doctor/check';
import { fileChecks } from '../../../../lib/cli/doctor/files';
import { kernelChecks } from '../../../../lib/cli/doctor/kernel';
import { watchdogChecks } from '../../../../lib/cli/doctor/launch';
import { limitChecks } from '../../../../lib/cli/doctor/limits';
import { isAtLeast, type Machine } from '../../../../lib/cli/doctor/machine';
import { platformCheck, runtimeCheck } from '../../../../lib/cli/doctor/runtime';
import { root } from '../../support/repository';

describe('the checks of doctor', () => {
  /** A machine with these files. */
  const machine = (
    files: Record<string, string>,
    may: { write?: string[]; execute?: string[]; release?: string } = {},
  ): Machine => ({
    platform: 'linux',
    arch: 'x64',
    release: may.release ?? '6.9.0',
    env: { PATH: '/usr/bin:/opt/bin' },
    read: (path: string) => files[path],
    mayWrite: (path: string) => may.write?.includes(path) ?? false,
    mayExecute: (path: string) => may.execute?.includes(path) ?? false,
  });
  const states = (checks: Check[]): Record<string, string> =>
    Object.fromEntries(checks.map(({ id, state }) => [id, state]));

  test.each([
    ['v20.20.2', '>=20.17', true],
    ['v20.16.9', '>=20.17', false],
    ['v100.0.0', '>=20.17', true],
    ['6.9', '6.9', true],
    ['6.10.0-1', '6.9', true],
    ['6.8.12', '6.9', false],
    ['5.3.0-generic', '5.3', true],
  ])('isAtLeast(%j, %j) is %s', (version, least, holds) => {
    expect(isAtLeast(version, least)).toBe(holds);
  });

  test.each([
    ['6.9.0', 'ok', 'ok', 'ok', 'ok'],
    ['6.1.0', 'ok', 'ok', 'ok', 'limited'],
    ['5.4.0', 'ok', 'ok', 'limited', 'limited'],
    ['4.18.0', 'limited', 'limited', 'limited', 'limited'],
  ])(
    'the features of Linux %s are derived from its version',
    (release, clone, pidfd, close, group) => {
      expect(states(kernelChecks(machine({}, { release })))).toEqual({
        kernel: 'ok',
        'clone-pidfd': clone,
        pidfd,
        'close-range': close,
        'group-signal': group,
      });
    },
  );

  test.each([
    [{ node: '22.1.0' }, 'Node.js 22.1.0'],
    [{ node: '24.0.0', bun: '1.4.5' }, 'Bun 1.4.5'],
    [{ node: '24.0.0', deno: '2.9.6' }, 'Deno 2.9.6'],
    [{ node: '24.0.0', electron: '40.0.0' }, 'Electron 40.0.0'],
  ])('the runtime of %j is %s', (versions, value) => {
    expect(runtimeCheck(versions)).toMatchObject({ state: 'ok', value });
  });

  test.each([
    ['linux', 'x64', '2.28', 'ok', 'linux-x64, glibc 2.28'],
    ['linux', 'x64', undefined, 'limited', 'linux-x64, no glibc (musl?)'],
    ['linux', 'arm64', '2.36', 'limited', 'linux-arm64, glibc 2.36'],
    ['darwin', 'arm64', undefined, 'limited', 'darwin-arm64'],
    ['darwin', 'x64', undefined, 'limited', 'darwin-x64'],
    ['win32', 'x64', undefined, 'limited', 'win32-x64'],
    ['freebsd', 'x64', undefined, 'limited', 'freebsd-x64'],
  ] as const)('%s on %s with glibc %s is %s', (platform, arch, glibc, state, value) => {
    const found = platformCheck({ ...machine({}), platform, arch }, glibc);
    expect(found).toMatchObject({ state, value });
    if (state === 'limited') expect(found.cure).toContain('Tested platforms');
  });

  test.each([
    ...[
      ['linux', 'arm64', '2.36', /under an emulator only/],
      ['linux', 'x64', undefined, /in Bun, but not in Node\.js/],
      ['darwin', 'x64', undefined, /never been run on macOS/],
      ['win32', 'x64', undefined, /under Wine, but not on Windows/],
    ],
    ['linux', 'arm64', undefined, /no package for this platform/],
    ['win32', 'arm64', undefined, /no package for this platform/],
  ] as const)(
    'doctor reports what was not tried on %s %s with glibc %s',
    (platform, arch, glibc, what) => {
      expect(platformCheck({ ...machine({}), platform, arch }, glibc).meaning).toMatch(what);
    },
  );

  test('doctor knows every platform with a record', () => {
    for (const file of readdirSync(join(root, 'test/platforms/results'))) {
      const [platform, arch, libc] = file.replace(/\.json$/, '').split('-');
      const found = platformCheck(
        { ...machine({}), platform: platform as NodeJS.Platform, arch: arch ?? '' },
        libc === 'glibc' ? '2.28' : undefined,
      );
      expect(found.meaning ?? '').not.toMatch(/no package/);
    }
  });

  test('macOS lacks what it has no system call for', () => {
    const mac: Machine = { ...machine({}), platform: 'darwin', release: '23.0.0' };
    expect(states(kernelChecks(mac))).toEqual({
      kernel: 'ok',
      'host-death': 'limited',
      'launch-options': 'limited',
    });
  });

  test('Boost is compiled in, or its library for processes is loaded', () => {
    const value = (loaded: string[]) => boostCheck('1.90.0', loaded).value;
    expect(value(['/usr/lib/libboost_filesystem.so', '/boost_process/x.node'])).toBe(
      '1.90.0: Asio, Process v2, compiled in',
    );
    expect(value(['/x.node', '/usr/lib/libboost_process.so.1.90.0'])).toBe(
      '1.90.0: Asio, Process v2, Boost.Process from /usr/lib/libboost_process.so.1.90.0',
    );
  });

  test('a cgroup is missing, not delegated, or delegated', () => {
    expect(states(cgroupChecks(machine({})))).toEqual({ cgroup: 'missing' });
    const files = {
      '/proc/self/mounts': 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n',
      '/proc/self/cgroup': '0::/user.slice\n',
      '/sys/fs/cgroup/user.slice/cgroup.type': 'domain\n',
    };
    expect(states(cgroupChecks(machine(files)))).toEqual({
      cgroup: 'ok',
      'cgroup-delegated': 'limited',
      'cgroup-kill': 'ok',
    });
    const write = ['/sys/fs/cgroup/user.slice/cgroup.procs'];
    expect(states(cgroupChecks(machine(files, { write, release: '5.13.9' })))).toEqual({
      cgroup: 'ok',
      'cgroup-delegated': 'ok',
      'cgroup-kill': 'limited',
    });
  });

  test('limits are compared with what 100 commands need', () => {
    const limits = (files: number, processes: string) =>
      `Max processes  ${processes} ${processes} processes\nMax open files  ${files} 4096 files\n`;
    const low = limitChecks(
      machine({
        '/proc/self/limits': limits(256, '100'),
        '/proc/sys/fs/pipe-user-pages-soft': '64\n',
        '/proc/sys/vm/memfd_noexec': '2\n',
      }),
    );
    expect(new Set(low.map(({ state }) => state))).toEqual(new Set(['limited']));
    const high = limitChecks(machine({ '/proc/self/limits': limits(1024, 'unlimited') }));
    expect(new Set(high.map(({ state }) => state))).toEqual(new Set(['ok']));
    expect(high.map(({ value }) => value)).toContain('soft unlimited, hard unlimited');
  });

  test('shells and interpreters are searched for', () => {
    const shellOf = (execute: string[]) =>
      fileChecks(machine({}, { execute })).find(({ id }) => id === 'shell');
    expect(shellOf(['/bin/bash', '/bin/sh'])).toMatchObject({ state: 'ok' });
    expect(shellOf(['/bin/sh'])).toMatchObject({ state: 'limited', value: '/bin/sh' });
    expect(shellOf([])).toMatchObject({ state: 'missing', needed: true });
    const found = fileChecks(machine({}, { execute: ['/opt/bin/python3'] }));
    expect(found.find(({ id }) => id === 'interpreters')).toMatchObject({
      state: 'ok',
      value: 'python3: /opt/bin/python3, pwsh: not found, aws: not found',
    });
  });

  test('interpreters on Windows are searched for with the extensions of programs', () => {
    const interpreters = (PATHEXT?: string) => {
      const env = { PATH: 'C:\\Windows;;D:\\tools', ...(PATHEXT === undefined ? {} : { PATHEXT }) };
      const execute = ['D:\\tools\\python3.EXE', 'D:\\tools\\pwsh.RB', 'D:\\tools\\aws'];
      const windows = { ...machine({}, { execute }), platform: 'win32', env } as const;
      return fileChecks(windows).find(({ id }) => id === 'interpreters')?.value;
    };
    expect(interpreters()).toBe('python3: D:\\tools\\python3.EXE, pwsh: not found, aws: not found');
    expect(interpreters('.RB')).toBe(
      'python3: not found, pwsh: D:\\tools\\pwsh.RB, aws: not found',
    );
  });

  test('a PID 1 that does not reap orphans is a limitation', () => {
    const states = ['systemd\n', 'tini\n', 'sh\n', 'node\n', 'sleep\n'].map(
      (comm) =>
        fileChecks(machine({ '/proc/1/comm': comm })).find(({ id }) => id === 'init')?.state,
    );
    expect(states).toEqual(['ok', 'ok', 'ok', 'limited', 'limited']);
    expect(fileChecks(machine({})).find(({ id }) => id === 'init')).toBeUndefined();
  });

  test('every problem has a consequence and a fix', () => {
    const limitedMachine = machine({}, { release: '4.0.0' });
    const checks = [kernelChecks, cgroupChecks, limitChecks, fileChecks].flatMap((examine) =>
      examine(limitedMachine),
    );
    for (const { state, meaning, cure } of checks) {
      if (state !== 'ok') expect([typeof meaning, typeof cure]).toEqual(['string', 'string']);
    }
  });
});

(process.platform === 'linux' ? test : test.skip)(
  'a watchdog that does not run is a limitation',
  () => {
    expect(watchdogChecks(true)).toMatchObject([{ state: 'ok', value: 'runs' }]);
    expect(watchdogChecks(false)).toMatchObject([
      { state: 'limited', value: 'does not run', meaning: expect.stringContaining('descendants') },
    ]);
  },
);
