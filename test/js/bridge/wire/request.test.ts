import { runInNewContext } from 'node:vm';
import type { ExecutionRequest } from 'escher-execution-engine';
import {
  errorToWire,
  requestFromWire,
  requestToWire,
  type WireRequest,
} from 'escher-execution-engine/bridge';

import { thrown } from '../../support/expectations';

const ID = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e01';

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
      'steps of a stop',
      {
        command,
        stop: [
          { signal: 'SIGINT', to: 'leader', waitMs: 5 },
          { signal: 15, waitMs: 0 },
        ],
      },
      {
        command,
        stop: [
          { signal: 'SIGINT', to: 'leader', wait_ms: 5 },
          { signal: 15, wait_ms: 0 },
        ],
      },
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
        capture: 'raw',
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
        capture: 'raw',
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
    [
      'a key, a lease, a user, a recording and colours',
      {
        command,
        key: 'k',
        leaseMs: 100,
        uid: 1,
        gid: 2,
        recordPath: '/a',
        ansi: 'sgr',
        color: true,
      },
      {
        command,
        key: 'k',
        lease_ms: 100,
        uid: 1,
        gid: 2,
        record_path: '/a',
        ansi: 'sgr',
        color: true,
      },
    ],
    ['a terminal', { command, pty: true }, { command, pty: true }],
    [
      'a terminal of a size and type',
      { command, pty: { cols: 1, rows: 2, term: 'vt100' } },
      { command, pty: { cols: 1, rows: 2, term: 'vt100' } },
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

  test('null, as serde writes None, means absent', () => {
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

  test('a URL becomes a path, and undefined removes a variable', () => {
    const request = { command, workingDir: new URL('file:///a%20b'), env: { A: undefined } };
    expect(requestToWire(request)).toEqual({ command, working_dir: '/a b', env: { A: null } });
  });

  test('a regular expression of any realm becomes its source and flags', () => {
    for (const pattern of [/at (\d+)/i, runInNewContext('/at (\\d+)/i') as RegExp]) {
      const wire = { command, progress: { pattern: 'at (\\d+)', flags: 'i' } };
      expect(requestToWire({ command, progress: { pattern } })).toEqual(wire);
    }
  });

  test('__proto__ is an ordinary name', () => {
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

  test('metadata is copied at the call', () => {
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
      /^The "request.redact\[0\]" property must be of type string\. Received type number$/,
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
