import type { ExecutionResult } from 'escher-execution-engine';
import { ExecutionError } from 'escher-execution-engine';
import {
  errorFromWire,
  errorToWire,
  eventFromWire,
  eventToWire,
  resultFromWire,
  resultToWire,
  type WireEvent,
} from 'escher-execution-engine/bridge';

const ID = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e01';

const TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

const WHEN = '2026-01-02T03:04:05.678Z';

const result: ExecutionResult = {
  id: ID,
  status: 'completed',
  success: true,
  exitCode: 0,
  signal: null,
  stdoutBytes: 3,
  stderrBytes: 0,
  stdoutTruncated: false,
  stderrTruncated: true,
  stdoutOverflowFile: '/tmp/o',
  stderrOverflowFile: null,
  overflowError: 'full',
  logError: null,
  outputIncomplete: true,
  outputDropped: false,
  logFile: '/tmp/l',
  recordError: null,
  recordFile: '/tmp/cast',
  pid: 42,
  startedAt: TIME,
  completedAt: TIME + 1,
  durationMs: 1234.5678,
  queuedMs: 0.5,
  launchMs: 0.25,
  resourceUsage: { userCpuMs: 1, systemCpuMs: 2, maxRssBytes: 3 },
  error: null,
  termination: { reason: 'timeout', signals: ['SIGTERM'], survivors: [7] },
  command: 'true',
  key: 'k',
  metadata: { source: 's', conversationId: 'c' },
  stdout: 'hi\n',
  stderr: '',
};

describe('results', () => {
  test('have the format of the crate, and are read back', () => {
    const wire = resultToWire(result);
    expect(JSON.parse(JSON.stringify(wire))).toEqual({
      id: ID,
      status: 'completed',
      success: true,
      exit_code: 0,
      stdout: 'hi\n',
      stderr: '',
      duration: { secs: 1, nanos: 234_567_800 },
      started_at: WHEN,
      completed_at: '2026-01-02T03:04:05.679Z',
      error: null,
      stdout_overflow_file: '/tmp/o',
      stderr_overflow_file: null,
      signal: null,
      stdout_bytes: 3,
      stderr_bytes: 0,
      stdout_truncated: false,
      stderr_truncated: true,
      overflow_error: 'full',
      log_error: null,
      output_incomplete: true,
      output_dropped: false,
      log_file: '/tmp/l',
      record_error: null,
      record_file: '/tmp/cast',
      pid: 42,
      duration_ms: 1234.5678,
      queued_ms: 0.5,
      launch_ms: 0.25,
      resource_usage: { user_cpu_ms: 1, system_cpu_ms: 2, max_rss_bytes: 3 },
      error_info: null,
      termination: { reason: 'timeout', signals: ['SIGTERM'], survivors: [7] },
      command: 'true',
      key: 'k',
      metadata: { source: 's', conversation_id: 'c' },
    });
    expect(resultFromWire(wire as never)).toEqual(result);
  });

  test('a missing exit code is -1, and an error has its message and details', () => {
    const error = {
      code: 'ERR_SPAWN_FAILED',
      message: 'm',
      errno: -2,
      syscall: 'execve',
      path: '/p',
    } as const;
    const failed = { ...result, exitCode: null, error, resourceUsage: null, pid: null };
    const wire = resultToWire(failed);
    expect(wire).toMatchObject({ exit_code: -1, error: 'm', error_info: error, pid: null });
    expect(resultFromWire(wire as never)).toEqual(failed);
  });

  test.each([
    [0, { secs: 0, nanos: 0 }],
    [0.0005, { secs: 0, nanos: 500 }],
    [999.9999999, { secs: 1, nanos: 0 }],
    [86_400_000.25, { secs: 86_400, nanos: 250_000 }],
  ])('%d ms as secs and nanos', (durationMs, duration) => {
    expect(resultToWire({ ...result, durationMs }).duration).toEqual(duration);
  });
});

describe('events', () => {
  const base = { executionId: ID, timestamp: TIME, key: null };
  const wired = { execution_id: ID, timestamp: WHEN };
  const { stdout: _stdout, stderr: _stderr, ...outcome } = result;
  const failed = {
    ...outcome,
    status: 'failed',
    error: { code: 'ERR_COMMAND_FAILED', message: 'why' },
  } as const;
  const late = {
    ...outcome,
    status: 'timeout',
    error: { code: 'ERR_TIMEOUT', message: 'Execution timeout after 150ms' },
  } as const;
  const cancelled = { ...outcome, status: 'cancelled' } as const;

  test.each([
    [
      'started',
      { ...base, pid: 1, command: 'c', key: 'k' },
      { event_type: 'started', ...wired, pid: 1, command: 'c', key: 'k' },
    ],
    [
      'removed',
      { ...base, key: 'k', reason: 'count' },
      { event_type: 'removed', ...wired, key: 'k', reason: 'count' },
    ],
    [
      'stdout',
      { ...base, key: 'k', line: 'l', seq: 3, partial: true },
      { event_type: 'stdout', ...wired, key: 'k', line: 'l', seq: 3, partial: true },
    ],
    [
      'stdout',
      { ...base, line: 'l', seq: 3, partial: true },
      { event_type: 'stdout', ...wired, line: 'l', seq: 3, partial: true },
    ],
    [
      'stderr',
      { ...base, line: 'l', seq: 3, partial: false },
      { event_type: 'stderr', ...wired, line: 'l', seq: 3, partial: false },
    ],
    [
      'output',
      { ...base, stream: 'stderr', lines: ['a', ''], firstSeq: 7, partial: false },
      {
        event_type: 'output',
        ...wired,
        stream: 'stderr',
        lines: ['a', ''],
        first_seq: 7,
        partial: false,
      },
    ],
    [
      'progress',
      { ...base, fraction: 0.5, label: null },
      { event_type: 'progress', ...wired, fraction: 0.5, label: null },
    ],
    [
      'echo',
      { ...base, enabled: false, canonical: true },
      { event_type: 'echo', ...wired, enabled: false, canonical: true },
    ],
    [
      'statusChanged',
      { ...base, oldStatus: 'pending', newStatus: 'running' },
      { event_type: 'status_changed', ...wired, old_status: 'pending', new_status: 'running' },
    ],
    [
      'completed',
      { ...base, result: outcome },
      { event_type: 'completed', ...wired, result: expect.objectContaining({ exit_code: 0 }) },
    ],
    [
      'failed',
      { ...base, result: failed },
      { event_type: 'failed', ...wired, error: 'why', result: expect.anything() },
    ],
    [
      'timeout',
      { ...base, result: late },
      { event_type: 'timeout', ...wired, timeout_ms: 150, result: expect.anything() },
    ],
    [
      'cancelled',
      { ...base, result: cancelled },
      { event_type: 'cancelled', ...wired, result: expect.anything() },
    ],
  ] as const)('%s, to the wire and back', (name, payload, wire) => {
    const text = JSON.stringify(eventToWire(name, payload as never));
    expect(JSON.parse(text)).toEqual(wire);
    expect(eventFromWire(JSON.parse(text) as WireEvent)).toEqual({ name, payload });
  });

  test('an event of another version is unknown', () => {
    const event = { event_type: 'progress', plan_id: ID, timestamp: WHEN };
    expect(eventFromWire(event as unknown as WireEvent)).toBeUndefined();
  });
});

describe('errors', () => {
  test.each([
    [
      'with all its parts',
      new ExecutionError('ERR_SPAWN_FAILED', 'm', {
        errno: -2,
        syscall: 'chdir',
        path: '/p',
        result,
      }),
      {
        code: 'ERR_SPAWN_FAILED',
        errno: -2,
        syscall: 'chdir',
        path: '/p',
        message: 'm',
        retryable: false,
        name: 'ExecutionError',
      },
    ],
    [
      'with a reason',
      new ExecutionError('ERR_VALIDATION', 'Validation error: workingDir', {
        reason: 'MISSING_FIELD',
      }),
      { reason: 'MISSING_FIELD', message: 'Validation error: working_dir' },
    ],
    ['that may pass', new ExecutionError('ERR_CONCURRENCY_LIMIT', 'm'), { retryable: true }],
    [
      'of a type',
      Object.assign(new TypeError('m'), { code: 'ERR_INVALID_ARG_TYPE' }),
      { name: 'TypeError' },
    ],
    [
      'of a range',
      Object.assign(new RangeError('m'), { code: 'ERR_OUT_OF_RANGE' }),
      { name: 'RangeError' },
    ],
  ])('one %s, to the wire and back', (_, error, wire) => {
    const text = JSON.stringify(errorToWire(error));
    expect(JSON.parse(text)).toMatchObject(wire);
    const back = errorFromWire(JSON.parse(text));
    expect(back).toBeInstanceOf(error.constructor);
    // With a result, its command and stderr follow.
    expect(back).toMatchObject({ ...error, message: expect.stringContaining(error.message) });
  });

  test('quoted values of the caller are not translated in a message', () => {
    const message = 'Validation error: "workingDir" does not exist: \'timeoutMs\'';
    const { message: wired } = errorToWire(new ExecutionError('ERR_VALIDATION', message));
    expect(wired).toBe('Validation error: "working_dir" does not exist: \'timeoutMs\'');
  });

  test('an error that the engine did not raise is ERR_INTERNAL', () => {
    expect(errorToWire('text')).toMatchObject({ code: 'ERR_INTERNAL', message: 'text' });
  });
});
