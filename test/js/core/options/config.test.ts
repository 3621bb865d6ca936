import { constants } from 'node:buffer';
import { availableParallelism } from 'node:os';
import {
  type ExecutionConfigInput,
  ExecutionEngine,
  ExecutionError,
} from 'escher-execution-engine';
import { LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { record } from '../../support/events';
import { thrown } from '../../support/expectations';
import { tempFile } from '../../support/temp';

describe('the effective configuration', () => {
  test('has the documented defaults', () => {
    expect(makeEngine().config).toMatchObject({
      defaultTimeoutMs: 300_000,
      maxTimeoutMs: 3_600_000,
      streamOutput: true,
      maxConcurrentExecutions: 100,
      maxQueuedExecutions: 0,
      maxConcurrentPerKey: Number.POSITIVE_INFINITY,
      maxInMemoryExecutions: 1000,
      logRetentionSecs: Number.POSITIVE_INFINITY,
      logRetentionBytes: Number.POSITIVE_INFINITY,
      executionRetentionSecs: 3600,
      enableAutoCleanup: true,
      cleanupIntervalMs: 60_000,
      maxOutputSizeBytes: 10_485_760,
      maxRetainedBytes: 268_435_456,
      oversizedOutputStrategy: 'truncateWithWarning',
      keepOverflowFiles: false,
      maxLineBytes: 1_048_576,
      partialLineFlushMs: 100,
      killSignal: 'SIGTERM',
      forceKillAfterDelayMs: 5000,
      drainGraceMs: 500,
      maxPendingEventBytes: 16_777_216,
      ioThreads: Math.min(4, availableParallelism()),
    });
  });

  test('has no log directory by default', () => {
    expect(makeEngine().config.logDir ?? null).toBeNull();
  });

  test('has the given values', () => {
    const given: ExecutionConfigInput = {
      defaultTimeoutMs: 1000,
      maxTimeoutMs: Number.POSITIVE_INFINITY,
      streamOutput: false,
      maxConcurrentExecutions: 3,
      maxQueuedExecutions: Number.POSITIVE_INFINITY,
      executionRetentionSecs: 0,
      oversizedOutputStrategy: 'streamToFile',
      killSignal: 'SIGINT',
      forceKillAfterDelayMs: false,
      ioThreads: 1,
    };
    expect(makeEngine(given).config).toMatchObject(given);
  });

  test('cannot be changed through the engine or the given object', () => {
    const given: ExecutionConfigInput = { maxConcurrentExecutions: 3 };
    const { config } = makeEngine(given);
    given.maxConcurrentExecutions = 9;
    expect(config.maxConcurrentExecutions).toBe(3);
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('has the default for a field that is undefined', () => {
    const given = { maxConcurrentExecutions: undefined } as unknown as ExecutionConfigInput;
    expect(makeEngine(given).config.maxConcurrentExecutions).toBe(100);
  });
});

describe('an invalid configuration is rejected by the name of its field', () => {
  const bad: [field: string, value: unknown][] = [
    ['defaultTimeoutMs', 0],
    ['defaultTimeoutMs', -1],
    ['defaultTimeoutMs', Number.NaN],
    ['defaultTimeoutMs', '1000'],
    ['maxTimeoutMs', 0],
    ['maxTimeoutMs', Number.NaN],
    ['streamOutput', 'yes'],
    ['logDir', 7],
    ['maxConcurrentExecutions', 0],
    ['maxConcurrentExecutions', 1.5],
    ['maxConcurrentExecutions', -4],
    ['maxQueuedExecutions', -1],
    ['maxQueuedExecutions', 0.5],
    ['maxInMemoryExecutions', 0],
    ['maxInMemoryExecutions', 2.5],
    ['logRetentionSecs', -1],
    ['logRetentionSecs', '1 day'],
    ['logRetentionBytes', -1],
    ['logRetentionBytes', 0.5],
    ['executionRetentionSecs', -1],
    ['enableAutoCleanup', 1],
    ['cleanupIntervalMs', 0],
    ['maxOutputSizeBytes', -1],
    ['maxOutputSizeBytes', 'big'],
    ['maxRetainedBytes', -1],
    ['oversizedOutputStrategy', 'explode'],
    ['overflowDir', 7],
    ['keepOverflowFiles', 'no'],
    ['maxLineBytes', 0],
    ['maxLineBytes', constants.MAX_STRING_LENGTH + 1],
    ['logDir', new URL('file://host/logs')],
    ['logDir', new URL('http://host/logs')],
    ['redact', new Array(1)],
    ['partialLineFlushMs', -1],
    ['killSignal', 'SIGNOPE'],
    ['forceKillAfterDelayMs', -1],
    ['forceKillAfterDelayMs', true],
    ['drainGraceMs', -1],
    ['maxPendingEventBytes', 0],
    ['ioThreads', 0],
    ['ioThreads', 1.5],
  ];

  test.each(bad)('%s: %p', (field, value) => {
    const error = thrown(() => new ExecutionEngine({ [field]: value }));
    expect(error).toBeInstanceOf(ExecutionError);
    expect(error).toMatchObject({
      code: 'ERR_INVALID_CONFIG',
      message: expect.stringMatching(`^Invalid configuration: .*${field}`),
    });
  });

  test.each([null, 5, 'x', []])('a configuration that is not an object: %p', (config) => {
    for (const make of [
      () => new ExecutionEngine(config as never),
      () => ExecutionEngine.initGlobal(config as never),
    ]) {
      expect(thrown(make)).toMatchObject({ code: 'ERR_INVALID_CONFIG' });
    }
  });

  test('the message has the received value', () => {
    const error = thrown(() => new ExecutionEngine({ maxConcurrentExecutions: -4 }));
    expect((error as Error).message).toContain('-4');
  });

  test.each([
    [{ keyLimits: { 'db-1': 0 } }, '"keyLimits.db-1" is out of range'],
    [{ keyLimits: { '': 1 } }, '"keyLimits key" argument must have 1 to 256 characters'],
    [{ keyLimits: 5 }, '"keyLimits" must be an object'],
    [{ stop: [{ signal: 'INT', waitMs: 1 }] }, '"stop[0].signal" property'],
    [{ stop: [{ signal: 'SIGINT' }] }, '"stop[0].waitMs" property must be of type number'],
    [{ stop: [{ signal: 'SIGINT', waitMs: 1, to: 'parent' }] }, '"stop[0].to" property'],
    [{ stop: 'SIGINT' }, '"stop" must be an array of steps'],
    [{ limits: { cpu: 1 } }, '"limits.cpu" property is unknown'],
  ])('the message names the part that is wrong: %j', (config, message) => {
    const error = thrown(() => new ExecutionEngine(config as never));
    expect(error).toMatchObject({ code: 'ERR_INVALID_CONFIG' });
    expect((error as Error).message).toContain(message);
  });

  test('a default timeout above the maximum', () => {
    const error = thrown(() => new ExecutionEngine({ defaultTimeoutMs: 2000, maxTimeoutMs: 1000 }));
    expect(error).toMatchObject({
      code: 'ERR_INVALID_CONFIG',
      message: expect.stringContaining('defaultTimeoutMs'),
    });
  });

  test('an unknown field', () => {
    const error = thrown(() => new ExecutionEngine({ maxConcurency: 3 } as never));
    expect(error).toMatchObject({
      code: 'ERR_INVALID_CONFIG',
      message: expect.stringContaining('maxConcurency'),
    });
  });
});

describe('a configuration takes effect', () => {
  test('a copy of that of another engine is accepted, also with stop', () => {
    const stop = [{ signal: 'SIGINT', waitMs: 100 }] as const;
    const { config } = makeEngine({ stop, redact: ['a secret'] });
    expect(makeEngine({ ...config }).config).toEqual(config);
    expect(thrown(() => makeEngine({ ...config, killSignal: 'SIGHUP' }))).toMatchObject({
      message: expect.stringContaining('"stop" cannot be used together with "killSignal"'),
    });
  });

  test('defaultTimeoutMs ends a request without a timeout', async () => {
    const engine = makeEngine({ defaultTimeoutMs: 200 });
    expect(await engine.run(sh(LONG))).toMatchObject({
      status: 'timeout',
      error: { code: 'ERR_TIMEOUT', message: 'Execution timeout after 200ms' },
    });
  });

  test('a maxTimeoutMs below the default timeout lowers it, or is rejected', () => {
    // The default of 300 s is above this maximum. Either answer keeps "default <= maximum".
    try {
      const { config } = makeEngine({ maxTimeoutMs: 1000 });
      expect(config.defaultTimeoutMs).toBeLessThanOrEqual(1000);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_INVALID_CONFIG' });
    }
  });

  test('streamOutput: false emits no line events, and the result has the output', async () => {
    const engine = makeEngine({ streamOutput: false });
    const events = record(engine, ['output', 'stdout', 'stderr']);
    const result = await engine.run(sh('echo one; echo two >&2'));
    expect(result).toMatchObject({ stdout: 'one\n', stderr: 'two\n' });
    expect(events).toEqual([]);
  });

  test('killSignal is the first signal of a cancel', async () => {
    const script = tempFile('trap.sh', "trap 'echo interrupted; exit 9' INT\necho ready\nread _\n");
    const engine = makeEngine({ killSignal: 'SIGINT' });
    const execution = engine.run({
      command: { type: 'exec', program: '/bin/sh', args: [script] },
      stdin: 'pipe',
    });
    execution.once('stdout', () => void execution.cancel());
    expect(await execution).toMatchObject({
      status: 'cancelled',
      stdout: 'ready\ninterrupted\n',
      exitCode: 9,
    });
  });
});
