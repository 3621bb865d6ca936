import { runInNewContext } from 'node:vm';
import type { ExecutionRequest, ExecutionResult } from 'escher-execution-engine';
import { ExecutionError } from 'escher-execution-engine';
import {
  errorFromWire,
  errorToWire,
  eventFromWire,
  eventToWire,
  requestFromWire,
  requestToWire,
  resultFromWire,
  resultToWire,
  type WireEvent,
  type WireRequest,
} from 'escher-execution-engine/bridge';
import { thrown } from './support/expectations';

const ID = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e01';
const TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const WHEN = '2026-01-02T03:04:05.678Z';
const command = { type: 'exec', program: 'true' } as const;

describe('requests', () => {
  const requests: [string, ExecutionRequest, object][] = [
    [
      'a shell command',
      { command: { type: 'shell', command: 'ls' } },
      { command: { type: 'shell', command: 'ls' } },
    ],
    [
      'a program',
      { command: { type: 'exec', program: 'ls', args: ['-l'] } },
      { command: { type: 'exec', program: 'ls', args: ['-l'] } },
    ],
    [
      'a script',
      { command: { type: 'script', path: 'a.py', interpreter: 'python3', args: ['x'] } },
      { command: { type: 'script', path: 'a.py', interpreter: 'python3', args: ['x'] } },
    ],
    [
      'the AWS CLI',
      { command: { type: 'awsCli', service: 's3', operation: 'ls', profile: 'p', region: 'r' } },
      { command: { type: 'aws_cli', service: 's3', operation: 'ls', profile: 'p', region: 'r' } },
    ],
    [
      'every other field',
      {
        id: ID,
        command,
        env: { A: '1', B: null },
        extendEnv: false,
        workingDir: '/tmp',
        timeoutMs: 1,
        idleTimeoutMs: 2,
        outputLogPath: '/tmp/log',
        input: 'text',
        killSignal: 'SIGINT',
        forceKillAfterDelayMs: false,
        maxOutputSizeBytes: 3,
        oversizedOutputStrategy: 'streamToFile',
        mergeStderr: true,
        priority: 4,
        redact: ['secret'],
        limits: { cpuSeconds: 5, nice: 6 },
        umask: 7,
        progress: { pattern: 'at (\\d+)', flags: 'i' },
        metadata: {
          source: 's',
          conversationId: 'c',
          tags: { t: 'v' },
          own: { conversationId: 1 },
        },
      },
      {
        id: ID,
        command,
        env: { A: '1', B: null },
        extend_env: false,
        working_dir: '/tmp',
        timeout_ms: 1,
        idle_timeout_ms: 2,
        output_log_path: '/tmp/log',
        input: 'text',
        kill_signal: 'SIGINT',
        force_kill_after_delay_ms: false,
        max_output_size_bytes: 3,
        oversized_output_strategy: 'StreamToFile',
        merge_stderr: true,
        priority: 4,
        redact: ['secret'],
        limits: { cpu_seconds: 5, nice: 6 },
        umask: 7,
        progress: { pattern: 'at (\\d+)', flags: 'i' },
        metadata: {
          source: 's',
          conversation_id: 'c',
          tags: { t: 'v' },
          own: { conversationId: 1 },
        },
      },
    ],
    [
      'numbers that JSON does not have',
      { command, timeoutMs: Number.POSITIVE_INFINITY, priority: Number.NEGATIVE_INFINITY },
      { command, timeout_ms: 'Infinity', priority: '-Infinity' },
    ],
    ['progress of sequences', { command, progress: true }, { command, progress: true }],
    [
      'bytes',
      { command, input: Uint8Array.of(0, 255, 10) },
      { command, input: { base64: 'AP8K' } },
    ],
  ];

  test.each(requests)('%s, to the wire and back', (_, request, wire) => {
    const text = JSON.stringify(requestToWire(request));
    expect(JSON.parse(text)).toEqual(wire);
    expect(requestFromWire(JSON.parse(text) as WireRequest)).toEqual(request);
  });

  test('what serde writes for None is not there', () => {
    const wire = {
      id: ID,
      command: { type: 'script', path: 'a', interpreter: null },
      env: {},
      working_dir: null,
      timeout_ms: null,
      output_log_path: null,
      metadata: { source: null, conversation_id: null, tags: {} },
    } as const;
    expect(requestFromWire(wire)).toEqual({
      id: ID,
      command: { type: 'script', path: 'a' },
      env: {},
      metadata: { tags: {} },
    });
  });

  test('URLs become paths, and undefined removes a variable', () => {
    const request = { command, workingDir: new URL('file:///a%20b'), env: { A: undefined } };
    expect(requestToWire(request)).toEqual({ command, working_dir: '/a b', env: { A: null } });
  });

  test('an expression is its source and its flags, of whatever realm it is', () => {
    for (const pattern of [/at (\d+)/i, runInNewContext('/at (\\d+)/i') as RegExp]) {
      const wire = { command, progress: { pattern: 'at (\\d+)', flags: 'i' } };
      expect(requestToWire({ command, progress: { pattern } })).toEqual(wire);
    }
  });

  test('__proto__ is a name like any other', () => {
    const text = `{"command":{"type":"exec","program":"true"},"env":{"__proto__":"1"},"metadata":{"__proto__":{"source":"s"}}}`;
    const request = requestFromWire(JSON.parse(text) as WireRequest);
    expect(JSON.stringify(requestToWire(request))).toBe(text);
    expect(request.metadata?.source).toBeUndefined();
  });

  test('what makes its class up is refused in words', () => {
    const wire = { command, timeout_ms: { constructor: { name: { toString: 1 } } } };
    const request = requestFromWire(wire as unknown as WireRequest);
    expect(errorToWire(thrown(() => requestToWire(request)))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });

  test('metadata is taken at once', () => {
    const metadata = { tags: { a: '1' } };
    const wire = requestToWire({ command, metadata });
    metadata.tags.a = '2';
    expect(wire.metadata).toEqual({ tags: { a: '1' } });
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;

  test.each([
    [
      'an unknown field',
      { command, timeout: 1 },
      'ERR_INVALID_ARG_VALUE',
      /"request.timeout" property is unknown; did you mean "timeoutMs"/,
    ],
    [
      'a wrong type',
      { command, timeoutMs: '1' },
      'ERR_INVALID_ARG_TYPE',
      /"request.timeoutMs" property must be of type number.*'1'/,
    ],
    ['a function', { command, input: () => 1 }, 'ERR_INVALID_ARG_TYPE', /"request.input"/],
    ['null', { command, workingDir: null }, 'ERR_INVALID_ARG_TYPE', /"request.workingDir".*null/],
    [
      'an unknown kind of command',
      { command: { type: 'aws_cli' } },
      'ERR_VALIDATION',
      /'awsCli', got 'aws_cli'/,
    ],
    [
      'a field of another kind',
      { command: { type: 'exec', command: 'a' } },
      'ERR_INVALID_ARG_VALUE',
      /"request.command.command" property is unknown/,
    ],
    [
      'a secret of the wrong type',
      { command, redact: [42] },
      'ERR_INVALID_ARG_TYPE',
      /^The "request.redact" property must be an array of strings\.$/,
    ],
    [
      'metadata that goes in circles',
      { command, metadata: circular },
      'ERR_SERIALIZATION',
      /"request.metadata".*circular/,
    ],
    ['no request', undefined, 'ERR_INVALID_ARG_TYPE', /"request" argument must be of type object/],
  ])('to the wire: %s is refused', (_, request, code, message) => {
    const error = thrown(() => requestToWire(request as ExecutionRequest)) as Error;
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(message);
  });

  test.each([
    [
      'a name of the API',
      { command, timeoutMs: 1 },
      /"request.timeoutMs" property is unknown; did you mean "timeout_ms"/,
    ],
    [
      'a strategy of the API',
      { command, oversized_output_strategy: 'streamToFile' },
      /"request.oversized_output_strategy".*'TruncateWithWarning', 'FailExecution', 'StreamToFile'.*'streamToFile'/,
    ],
    [
      'base64 that is none',
      { command, input: { base64: 'a-b=' } },
      /"request.input.base64" property must be padded base64/,
    ],
    [
      'an input that is neither',
      { command, input: [1] },
      /"request.input" property must be of type string or an object/,
    ],
    [
      'an unknown kind of command',
      { command: { type: 'awsCli' } },
      /'shell', 'exec', 'script', 'aws_cli', got 'awsCli'/,
    ],
    [
      'an unknown limit',
      { command, limits: { cpuSeconds: 1 } },
      /"request.limits.cpuSeconds" property is unknown; did you mean "cpu_seconds"/,
    ],
  ])('from the wire: %s is refused in words of the wire', (_, wire, message) => {
    const error = thrown(() => requestFromWire(wire as unknown as WireRequest));
    expect(errorToWire(error).message).toMatch(message);
  });
});

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
  pid: 42,
  startedAt: TIME,
  completedAt: TIME + 1,
  durationMs: 1234.5678,
  queuedMs: 0.5,
  resourceUsage: { userCpuMs: 1, systemCpuMs: 2, maxRssBytes: 3 },
  error: null,
  termination: { reason: 'timeout', signals: ['SIGTERM'], survivors: [7] },
  command: 'true',
  metadata: { source: 's', conversationId: 'c' },
  stdout: 'hi\n',
  stderr: '',
};

describe('results', () => {
  test('as the crate writes them, and back', () => {
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
      pid: 42,
      duration_ms: 1234.5678,
      queued_ms: 0.5,
      resource_usage: { user_cpu_ms: 1, system_cpu_ms: 2, max_rss_bytes: 3 },
      error_info: null,
      termination: { reason: 'timeout', signals: ['SIGTERM'], survivors: [7] },
      command: 'true',
      metadata: { source: 's', conversation_id: 'c' },
    });
    expect(resultFromWire(wire as never)).toEqual(result);
  });

  test('no exit code is -1, and an error has its message and its parts', () => {
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
  const base = { executionId: ID, timestamp: TIME };
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
      { ...base, pid: 1, command: 'c' },
      { event_type: 'started', ...wired, pid: 1, command: 'c' },
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

  test('one of another version is not known', () => {
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
    expect(back).toMatchObject({ ...error, message: error.message });
  });

  test('what the caller gave keeps its name in a message', () => {
    const message = "Validation error: workingDir does not exist: 'timeoutMs'";
    const { message: wired } = errorToWire(new ExecutionError('ERR_VALIDATION', message));
    expect(wired).toBe("Validation error: working_dir does not exist: 'timeoutMs'");
  });

  test('what is no error of the engine is a defect', () => {
    expect(errorToWire('text')).toMatchObject({ code: 'ERR_INTERNAL', message: 'text' });
  });
});
