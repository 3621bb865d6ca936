import { EventEmitter } from 'node:events';
import { loadPart } from './support/part';

const { parseDuration, formatDuration } = loadPart<{
  parseDuration(text: string): number | undefined;
  formatDuration(milliseconds: number): string;
}>('cli/duration');

describe('spans of time', () => {
  test.each([
    ['5', 5000],
    ['0', 0],
    ['5s', 5000],
    ['250ms', 250],
    ['1.5m', 90_000],
    ['.5s', 500],
    ['2.s', 2000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['007', 7000],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each([
    '',
    's',
    '-5',
    '+5',
    '5 s',
    ' 5',
    '5S',
    '5sec',
    '1m30s',
    '1e3',
    '0x10',
    '.',
    'Infinity',
    'NaN',
    '5,5',
    '99999999999999999d',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test.each([
    [0, '0ms'],
    [0.4, '0ms'],
    [999.4, '999ms'],
    [999.6, '1s'],
    [1000, '1s'],
    [1540, '1.5s'],
    [59_940, '59.9s'],
    [59_960, '1m'],
    [60_000, '1m'],
    [90_000, '1m 30s'],
    [3_599_400, '59m 59s'],
    [3_599_600, '1h'],
    [3_660_000, '1h 1m'],
    [86_399_000, '23h 59m'],
    [86_400_000, '1d'],
    [93_600_000, '1d 2h'],
  ])('%d ms is written %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test.each([250, 5000, 90_000, 7_200_000, 86_400_000])('%d ms comes back', (milliseconds) => {
    const [first = '', second] = formatDuration(milliseconds).split(' ');
    const parsed = (text: string): number => parseDuration(text) as number;
    expect(parsed(first) + (second === undefined ? 0 : parsed(second))).toBe(milliseconds);
  });
});

describe('amounts', () => {
  const { formatCount, formatBytes } = loadPart<Record<string, (amount: number) => string>>(
    'cli/amounts',
  ) as { formatCount(n: number): string; formatBytes(n: number): string };

  test.each([
    [0, '0'],
    [999, '999'],
    [999.6, '1.0k'],
    [1234, '1.2k'],
    [99_949, '99.9k'],
    [123_456, '123k'],
    [999_999, '1.0M'],
    [1e12, '1000G'],
  ])('%d lines: %s', (count, text) => expect(formatCount(count)).toBe(text));

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KiB'],
    [1_572_864, '1.5 MiB'],
  ])('%d bytes: %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('the text of the status line', () => {
  const { statusText } = loadPart<{ statusText(facts: object, columns: number): string }>(
    'cli/status-text',
  );
  const facts = {
    elapsedMs: 12_345,
    linesPerSecond: 1234,
    bytesPerSecond: 56_789,
    cpuPercent: 42.4,
    fraction: 0.456,
    label: 'linking',
  };

  test('tells all where there is room', () => {
    expect(statusText(facts, 100)).toBe(
      '12s  [=========>          ]  45%  linking  1.2k lines/s  55.5 KiB/s  CPU 42%',
    );
  });

  test('leaves out what is not known', () => {
    const { fraction: _, label: __, cpuPercent: ___, ...known } = facts;
    expect(statusText(known, 100)).toBe('12s  1.2k lines/s  55.5 KiB/s');
  });

  test('leaves out what matters least where there is none, and is never too wide', () => {
    expect(statusText(facts, 40)).toBe('12s  45%  1.2k lines/s  55.5 KiB/s');
    expect(statusText(facts, 12)).toBe('12s  45%');
    for (let columns = 0; columns < 100; columns++) {
      expect(statusText(facts, columns).length).toBeLessThanOrEqual(columns);
    }
  });

  test('counts wide characters twice', () => {
    const wide = { elapsedMs: 0, linesPerSecond: 0, bytesPerSecond: 0, label: '進捗'.repeat(6) };
    expect(statusText(wide, 40)).not.toContain('進');
    expect(statusText(wide, 60)).toContain('進');
  });

  test('a label cannot move the cursor', () => {
    const text = statusText({ ...facts, label: 'a\x1b[2Jb\r\nc\u202ed\u2028e' }, 200);
    expect(text).toContain('a [2Jb c d e');
  });

  test.each([
    [-1, '[>                   ]  0%'],
    [0, '[>                   ]  0%'],
    [0.999, '[===================>]  99%'],
    [1, '[====================]  100%'],
    [7, '[====================]  100%'],
  ])('progress of %d', (fraction, text) => {
    expect(statusText({ ...facts, fraction }, 200)).toContain(text);
  });
});

describe('rates', () => {
  const { Meter } = loadPart<{
    Meter: new (
      now: number,
    ) => {
      add(lines: number, bytes: number): void;
      rates(now: number): { linesPerSecond: number; bytesPerSecond: number };
    };
  }>('cli/meter');

  test('are those of the last two seconds', () => {
    const meter = new Meter(0);
    meter.add(100, 1000);
    expect(meter.rates(1000)).toEqual({ linesPerSecond: 100, bytesPerSecond: 1000 });
    expect(meter.rates(2000)).toEqual({ linesPerSecond: 50, bytesPerSecond: 500 });
    meter.rates(3000);
    expect(meter.rates(4000)).toEqual({ linesPerSecond: 0, bytesPerSecond: 0 });
  });

  test('are nothing at the very start', () => {
    expect(new Meter(5).rates(5)).toEqual({ linesPerSecond: 0, bytesPerSecond: 0 });
  });
});

test('progress of an execution is shown as soon as it is told', () => {
  const { RunStatus } = loadPart<{
    RunStatus: new () => { follow(execution: unknown): void; text(columns: number): string };
  }>('cli/run-status');
  const execution = new EventEmitter();
  const status = new RunStatus();
  status.follow(execution);
  expect(status.text(200)).not.toContain('[');
  execution.emit('progress', { executionId: 'x', fraction: 0.5, label: 'half' });
  expect(status.text(200)).toContain('[==========>         ]  50%  half');
});

describe('signals', () => {
  const { Interrupts } = loadPart<{
    Interrupts: new (
      run: unknown,
      onFirst: (signal: string) => void,
    ) => { exitCode: number | undefined; stop(): void };
  }>('cli/interrupts');

  test('a key that is held down counts again after a while', () => {
    const done: string[] = [];
    const run = { cancel: async () => undefined, kill: async (name: string) => done.push(name) };
    const interrupts = new Interrupts(run, () => undefined);
    let now = 1000;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      for (; now < 1049; now += 10) process.emit('SIGINT', 'SIGINT');
      expect(done).toEqual([]);
      process.emit('SIGINT', 'SIGINT');
      expect(done).toEqual(['SIGKILL']);
    } finally {
      clock.mockRestore();
      interrupts.stop();
    }
  });

  test('one that npm passes on once more is the same one; another one is not', () => {
    const done: string[] = [];
    const run = {
      cancel: async () => done.push('cancel'),
      kill: async (signal: string) => done.push(signal),
    };
    const interrupts = new Interrupts(run, (signal) => done.push(signal));
    try {
      expect(interrupts.exitCode).toBeUndefined();
      process.emit('SIGINT', 'SIGINT');
      process.emit('SIGINT', 'SIGINT');
      expect(done).toEqual(['cancel', 'SIGINT']);
      process.emit('SIGTERM', 'SIGTERM');
      expect(done).toEqual(['cancel', 'SIGINT', 'SIGKILL']);
      expect(interrupts.exitCode).toBe(130);
      // Not even SIGKILL ends a process that the kernel holds: the program does not wait for it.
      const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
      process.emit('SIGINT', 'SIGINT');
      expect(exit).toHaveBeenCalledWith(130);
      exit.mockRestore();
    } finally {
      interrupts.stop();
    }
    expect(process.listenerCount('SIGHUP')).toBe(0);
  });
});

test('an unfinished line ends its batch, also when more comes in the same moment', async () => {
  const { JsonRelay } = loadPart<{
    JsonRelay: new (
      display: unknown,
      meter: unknown,
      id: string,
    ) => { take(piece: object): void; finish(): Promise<void> };
  }>('cli/json-relay');
  const written: string[] = [];
  const display = {
    outlets: { stdout: { isFull: false } },
    write: (_: string, text: string) => written.push(text),
  };
  const relay = new JsonRelay(display, { add: () => undefined }, 'id');
  const pieces = [
    ['stdout', 'a', true],
    ['stdout', 'b', false],
    ['stdout', 'c', false],
    ['stderr', 'd', false],
  ] as const;
  for (const [seq, [stream, line, partial]] of pieces.entries()) {
    relay.take({ stream, line, partial, seq });
  }
  await relay.finish();
  expect(written.map((text) => JSON.parse(text) as object)).toMatchObject([
    { stream: 'stdout', lines: ['a'], firstSeq: 0, partial: true },
    { stream: 'stdout', lines: ['b', 'c'], firstSeq: 1, partial: false },
    { stream: 'stderr', lines: ['d'], firstSeq: 3, partial: false },
  ]);
});

describe('checks of another machine', () => {
  interface Check {
    id: string;
    state: string;
    value: string;
    needed: boolean;
    meaning?: string;
    cure?: string;
  }
  type Examine = (machine: object) => Check[];
  const { kernelChecks } = loadPart<{ kernelChecks: Examine }>('cli/doctor/kernel');
  const { cgroupChecks } = loadPart<{ cgroupChecks: Examine }>('cli/doctor/cgroup');
  const { limitChecks } = loadPart<{ limitChecks: Examine }>('cli/doctor/limits');
  const { fileChecks } = loadPart<{ fileChecks: Examine }>('cli/doctor/files');
  const { isAtLeast } = loadPart<{ isAtLeast(version: string, least: string): boolean }>(
    'cli/doctor/machine',
  );

  const machine = (
    files: Record<string, string>,
    may: { write?: string[]; execute?: string[]; release?: string } = {},
  ) => ({
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
  ])('%s is at least %s: %s', (version, least, holds) => {
    expect(isAtLeast(version, least)).toBe(holds);
  });

  test.each([
    ['6.9.0', 'ok', 'ok', 'ok', 'ok'],
    ['6.1.0', 'ok', 'ok', 'ok', 'limited'],
    ['5.4.0', 'ok', 'ok', 'limited', 'limited'],
    ['4.18.0', 'limited', 'limited', 'limited', 'limited'],
  ])('Linux %s', (release, clone, pidfd, close, group) => {
    expect(states(kernelChecks(machine({}, { release })))).toEqual({
      kernel: 'ok',
      'clone-pidfd': clone,
      pidfd,
      'close-range': close,
      'group-signal': group,
    });
  });

  test('no cgroup, one that is not ours, and one that is', () => {
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

  test('low limits', () => {
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

  test('shells and interpreters', () => {
    const shellOf = (execute: string[]) =>
      fileChecks(machine({}, { execute })).find(({ id }) => id === 'shell');
    expect(shellOf(['/bin/bash', '/bin/sh'])).toMatchObject({ state: 'ok' });
    expect(shellOf(['/bin/sh'])).toMatchObject({ state: 'limited', value: '/bin/sh' });
    expect(shellOf([])).toMatchObject({ state: 'missing', needed: true });
    const found = fileChecks(machine({}, { execute: ['/opt/bin/python3'] }));
    expect(found.find(({ id }) => id === 'interpreters')).toMatchObject({
      state: 'limited',
      value: 'python3: /opt/bin/python3, pwsh: not found, aws: not found',
    });
  });

  test('whatever is not well says what follows and what to do', () => {
    const poor = machine({}, { release: '4.0.0' });
    const checks = [kernelChecks, cgroupChecks, limitChecks, fileChecks].flatMap((examine) =>
      examine(poor),
    );
    for (const { state, meaning, cure } of checks) {
      if (state !== 'ok') expect([typeof meaning, typeof cure]).toEqual(['string', 'string']);
    }
  });
});
