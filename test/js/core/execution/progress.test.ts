import type { ProgressEvent, StartedEvent } from 'escher-execution-engine';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { names, record } from '../../support/events';
import { present, rejection } from '../../support/expectations';
import { processExists } from '../../support/processes';
import { follow, type Progress } from '../../support/progress';
import { blockUntil, waitFor } from '../../support/wait';

describe('events', () => {
  test('are plain data, on the handle and on the engine', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo 50%', { progress: { pattern: /(\d+)%/ } }));
    const seen: ProgressEvent[] = [];
    engine.on('progress', (event) => seen.push(event));
    execution.on('progress', (event) => seen.push(event));
    await execution;
    expect(seen).toHaveLength(2);
    expect(seen[0]).toEqual({
      executionId: execution.id,
      key: null,
      timestamp: expect.any(Number),
      fraction: 0.5,
      label: null,
    });
    expect(seen[1]).toEqual(seen[0]);
    expect(structuredClone(seen)).toEqual(seen);
  });

  test('are emitted between start and end, the last one always', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 4, maxQueuedExecutions: 100 });
    const recorded = record(engine, ['started', 'progress', 'completed', 'settled']);
    const script = 'i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo $i%; done';
    const ids = await Promise.all(
      Array.from({ length: 12 }, () =>
        engine.execute(sh(script, { progress: { pattern: /^(\d+)%/ } })),
      ),
    );
    await engine.onIdle();
    for (const id of ids) {
      const own = recorded.filter(({ payload }) => payload.executionId === id);
      const steps = own
        .filter(({ event }) => event === 'progress')
        .map(({ payload }) => payload.fraction);
      expect(names(own).filter((name) => name !== 'progress')).toEqual([
        'started',
        'completed',
        'settled',
      ]);
      expect(names(own).indexOf('progress')).toBe(1);
      expect(names(own).lastIndexOf('progress')).toBe(own.length - 3);
      expect(steps.at(-1)).toBe(1);
      expect(steps).toEqual([...steps].sort((a, b) => Number(a) - Number(b)));
    }
  });

  test('are limited in rate', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh('i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo $i/20000; done', {
        progress: { pattern: /(?<current>\d+)\/(?<total>\d+)/ },
      }),
    );
    const states = follow(execution);
    let batches = 0;
    execution.on('output', () => batches++);
    const begun = performance.now();
    await execution;
    const most = (performance.now() - begun) / 50 + 2;
    expect(states.length).toBeGreaterThan(0);
    expect(states.length).toBeLessThanOrEqual(most);
    expect(batches).toBeGreaterThan(0);
    expect(states.at(-1)).toEqual([1, null]);
  });

  test('are emitted when the command falls silent', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh(`echo 10%; read _; echo 20%; read _; echo 30%; ${LONG}`, {
        progress: { pattern: /(\d+)%/ },
        stdin: 'pipe',
      }),
    );
    const states = follow(execution);
    execution.stdin.write('\n\n');
    await waitFor('the last one', () => states.at(-1)?.[0] === 0.3);
    await execution.cancel();
  });

  test('are not repeated with equal values', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh('for i in 1 2 3 4 5; do echo 50%; read _; done', {
        progress: { pattern: /(\d+)%/ },
        stdin: 'pipe',
      }),
    );
    const states = follow(execution);
    let lines = 0;
    execution.on('stdout', () => {
      lines++;
      execution.stdin.write('\n');
    });
    await execution;
    expect(lines).toBe(5);
    expect(states).toEqual([[0.5, null]]);
  });

  test.each<[string, Progress, (percent: number) => string]>([
    ['of a pattern', { pattern: /(\d+)%/ }, (percent) => `${percent}%%`],
    ['of OSC 9;4', true, (percent) => `\\033]9;4;1;${percent}\\a`],
  ])('do not go back when an older line goes on: %s', async (_, progress, say) => {
    const engine = makeEngine({ partialLineFlushMs: 1 });
    const script = [
      `printf '${say(50)}'; read _`,
      `printf '${say(60)}\\n' >&2; read _`,
      // The end emits the last progress.
      `printf ' and so on\\n'`,
    ].join('; ');
    const execution = engine.run(sh(script, { progress, stdin: 'pipe' }));
    const states = follow(execution);
    for (const count of [1, 2]) {
      await waitFor(`event ${count}`, () => states.length === count);
      execution.stdin.write('\n');
    }
    await execution;
    expect(states.map(([fraction]) => fraction)).toEqual([0.5, 0.6]);
  });

  test('are emitted before the end of failed and cancelled commands', async () => {
    const engine = makeEngine();
    const recorded = record(engine, ['progress', 'failed', 'cancelled']);
    await engine.run(sh('echo 10%; exit 3', { progress: { pattern: /(\d+)%/ } }));
    const execution = engine.run(sh(`echo 20%; ${LONG}`, { progress: { pattern: /(\d+)%/ } }));
    await new Promise((resolve) => execution.once('progress', resolve));
    await execution.cancel();
    await execution;
    expect(names(recorded)).toEqual(['progress', 'failed', 'progress', 'cancelled']);
  });

  test('are emitted only when the request asks for them', async () => {
    const engine = makeEngine();
    const states = follow(engine);
    await engine.run(sh('echo 10%; printf "\\033]9;4;1;50\\007"'));
    await engine.run(sh('echo 10%; printf "\\033]9;4;1;50\\007"', { progress: false }));
    expect(states).toEqual([]);
  });

  test('are emitted without line events', async () => {
    const engine = makeEngine({ streamOutput: false });
    const states = follow(engine);
    const id = await engine.execute(sh('echo 10%', { progress: { pattern: /(\d+)%/ } }));
    await engine.waitForCompletion(id);
    const execution = engine.run(sh('echo 20%', { progress: { pattern: /(\d+)%/ } }));
    const own = follow(execution);
    await execution;
    expect(states).toEqual([
      [0.1, null],
      [0.2, null],
    ]);
    expect(own).toEqual([[0.2, null]]);
  });

  test('reach a late listener of the engine', async () => {
    const engine = makeEngine();
    const id = await engine.execute(
      sh('read _; echo 50%', { progress: { pattern: /(\d+)%/ }, stdin: 'pipe' }),
    );
    await waitFor('the start', async () => (await engine.getStatus(id)) === 'running');
    const states = follow(engine);
    await engine.closeInput(id);
    await engine.waitForCompletion(id);
    expect(states).toEqual([[0.5, null]]);
  });

  test('without a listener transfer no lines to JavaScript', async () => {
    const engine = makeEngine({ maxPendingEventBytes: 65_536 });
    const id = await engine.execute(
      exec('seq', ['1', '4000000'], { progress: { pattern: /(\d+)%/ } }),
    );
    const { pid } = await new Promise<StartedEvent>((resolve) => engine.once('started', resolve));
    // If JavaScript had to take its lines, it could not end.
    blockUntil('the child to end', () => !processExists(pid));
    expect(await engine.waitForCompletion(id)).toMatchObject({ stdoutBytes: 30_888_896 });
  });

  test('apply no backpressure after the last listener is removed', async () => {
    const engine = makeEngine({ maxPendingEventBytes: 65_536 });
    const listener = () => undefined;
    engine.on('progress', listener);
    const request = sh('echo 5%; read _; exec seq 1 4000000', {
      progress: { pattern: /(\d+)%/ },
      stdin: 'pipe',
    });
    const execution = engine.run(request);
    await new Promise((resolve) => execution.once('progress', resolve));
    engine.off('progress', listener);
    const pid = present(execution.pid);
    await engine.closeInput(execution.id);
    blockUntil('the child to end', () => !processExists(pid));
    expect(await execution).toMatchObject({ status: 'completed' });
  });
});

describe('a request refuses', () => {
  test.each<[string, unknown, object]>([
    [
      'a string',
      'yes',
      {
        code: 'ERR_INVALID_ARG_TYPE',
        message:
          /"request.progress" property must be of type boolean or object. Received type string \('yes'\)/,
      },
    ],
    ['null', null, { code: 'ERR_INVALID_ARG_TYPE', message: /"request.progress"/ }],
    [
      'no pattern',
      {},
      {
        code: 'ERR_VALIDATION',
        reason: 'MISSING_FIELD',
        message: /"request.progress.pattern" is required/,
      },
    ],
    [
      'an unknown field',
      { patern: /x/ },
      {
        code: 'ERR_INVALID_ARG_VALUE',
        message: /"request.progress.patern" property is unknown; did you mean "pattern"\?/,
      },
    ],
    [
      'groups that report nothing',
      { pattern: /(?<current>\d+) of (?<files>\d+)/ },
      {
        code: 'ERR_INVALID_ARG_VALUE',
        message:
          /"request.progress.pattern" property must name its groups percent, fraction, current and total, or label. Received current, files/,
      },
    ],
    [
      'a number',
      { pattern: 5 },
      {
        code: 'ERR_INVALID_ARG_TYPE',
        message:
          /"request.progress.pattern" property must be of type string or an instance of RegExp/,
      },
    ],
    [
      'an empty string',
      { pattern: '' },
      {
        code: 'ERR_INVALID_ARG_VALUE',
        message: /"request.progress.pattern" property must not be empty/,
      },
    ],
    [
      'what is no expression',
      { pattern: '(a' },
      {
        code: 'ERR_INVALID_ARG_VALUE',
        message:
          /"request.progress.pattern" property must be a regular expression: Invalid regular expression: \/\(a\/: Unterminated group/,
      },
    ],
    [
      'an expression that takes exponential time',
      { pattern: /(a+)+\1$/ },
      {
        code: 'ERR_INVALID_ARG_VALUE',
        message:
          /"request.progress.pattern" property must not have a back reference, received "\\1" at index 5/,
      },
    ],
    [
      'an expression that is too large',
      { pattern: 'a{1,2000}' },
      {
        code: 'ERR_INVALID_ARG_VALUE',
        message: /"request.progress.pattern" property is too large/,
      },
    ],
    [
      'flags that are none',
      { pattern: 'a', flags: 'q' },
      { code: 'ERR_INVALID_ARG_VALUE', message: /"request.progress.*flags/ },
    ],
    [
      'flags of another type',
      { pattern: 'a', flags: 1 },
      { code: 'ERR_INVALID_ARG_TYPE', message: /"request.progress.flags"/ },
    ],
    [
      'flags beside an expression',
      { pattern: /a/, flags: 'i' },
      {
        code: 'ERR_INVALID_ARG_VALUE',
        message: /"request.progress.flags" property is for a pattern that is a string/,
      },
    ],
  ])('%s', async (_, progress, expected) => {
    const engine = makeEngine();
    const request = sh('true', { progress: progress as never });
    const { message, ...rest } = expected as { message: RegExp };
    for (const refused of [engine.execute(request), engine.run(request).result]) {
      const error = (await rejection(refused)) as Error;
      expect(error).toMatchObject(rest);
      expect(error.message).toMatch(message);
    }
  });
});
