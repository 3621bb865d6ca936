import type { ExecutionRequest, ProgressEvent, StartedEvent } from 'escher-execution-engine';
import { chunks, exec, LONG, sh } from './support/commands';
import { makeEngine } from './support/engine';
import { names, record } from './support/events';
import { present, rejection } from './support/expectations';
import { processExists } from './support/processes';
import { blockUntil, waitFor } from './support/wait';

type Progress = NonNullable<ExecutionRequest['progress']>;
type State = [fraction: number | null, label: string | null];

interface Emitter {
  on(name: 'progress', listener: (event: ProgressEvent) => void): unknown;
}

function follow(emitter: Emitter): State[] {
  const states: State[] = [];
  emitter.on('progress', ({ fraction, label }) => states.push([fraction, label]));
  return states;
}

/** Prints texts, each only when the one before was told. */
async function told(progress: Progress, ...texts: string[]): Promise<State[]> {
  const engine = makeEngine({ partialLineFlushMs: 1 });
  const script = texts.map((text) => `printf '%b' '${text}'; read -r _`).join('; ');
  const execution = engine.run(sh(script, { progress, stdin: 'pipe' }));
  const states = follow(execution);
  for (const [index] of texts.entries()) {
    await waitFor(`event ${index}`, () => states.length > index);
    execution.stdin.write('\n');
  }
  await execution;
  return states;
}

const last = async (progress: Progress, text: string): Promise<State | undefined> => {
  const engine = makeEngine({ partialLineFlushMs: 1 });
  const execution = engine.run(exec('printf', ['%b', text], { progress }));
  const states = follow(execution);
  await execution;
  return states.at(-1);
};

describe('a pattern', () => {
  test.each<[string, RegExp | string, string, State | undefined]>([
    ['percent', /(?<percent>\d+)%/, 'at 45% of it\\n', [0.45, null]],
    ['percent with a fraction', /(?<percent>[\d.,]+)\s*%/, '12,5 %\\n', [0.125, null]],
    ['fraction', /done=(?<fraction>\S+)/, 'done=0.75 ok\\n', [0.75, null]],
    ['current and total', /(?<current>\d+)\/(?<total>\d+)/, '[3/4] compiling\\n', [0.75, null]],
    ['thousands', /(?<current>[\d,]+) of (?<total>[\d,]+)/, '1,500 of 3,000\\n', [0.5, null]],
    [
      'a label',
      /\[(?<current>\d+)\/(?<total>\d+)\] (?<label>.*)/,
      '[1/4] linking a.out\\n',
      [0.25, 'linking a.out'],
    ],
    ['a label alone', /^step: (?<label>.*)/, 'step: resolving\\n', [null, 'resolving']],
    ['the first group', /(\d+)% (\w+)/, '30% done\\n', [0.3, null]],
    ['no group', /working/, 'working\\n', [null, null]],
    ['what is no number', /(?<percent>\w+)%/, 'no%\\n', [null, null]],
    ['a total of 0', /(?<current>\d+)\/(?<total>\d+)/, '0/0\\n', [null, null]],
    ['more than all', /(?<percent>\d+)%/, '130%\\n', [1, null]],
    ['less than nothing', /(?<percent>-?\d+)%/, '-5%\\n', [0, null]],
    ['a string', '(?<percent>\\d+)%', '60%\\n', [0.6, null]],
    ['an expression that remembers', /(\d+)%/gy, '60%\\n', [0.6, null]],
    ['nothing', /(\d+)%/, 'nothing at all\\n', undefined],
    ['the last of several lines', /(\d+)%/, '10%\\n20%\\nand so on\\n', [0.2, null]],
    ['a line without an end', /(\d+)%/, 'x\\n70%', [0.7, null]],
    ['a redrawn line', /^(\d+)%$/, '10%\\r20%\\r30%\\r', [0.3, null]],
    [
      'a line redrawn by the cursor',
      /^(\d+)%$/,
      '\\033[2K\\033[1G40%\\033[2K\\033[1G50%',
      [0.5, null],
    ],
    ['colours', /^at (\d+)%$/, '\\033[1mat \\033[32m80\\033[0m%\\n', [0.8, null]],
  ])('with %s', async (_, pattern, text, expected) => {
    expect(await last({ pattern }, text)).toEqual(expected);
  });

  test('takes flags with a string', async () => {
    expect(await last({ pattern: 'DONE (\\d+)', flags: 'i' }, 'done 5\\n')).toEqual([0.05, null]);
  });

  test('looks at both streams', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo 50% >&2', { progress: { pattern: /(\d+)%/ } }));
    const states = follow(execution);
    await execution;
    expect(states).toEqual([[0.5, null]]);
  });

  test('sees a line that comes in pieces', async () => {
    const engine = makeEngine({ maxLineBytes: 4 });
    const execution = engine.run(
      exec('echo', ['progress 12.5%'], { progress: { pattern: /s ([\d.]+)%/ } }),
    );
    const states = follow(execution);
    await execution;
    expect(states).toEqual([[0.125, null]]);
  });

  test('tells each step once', async () => {
    const steps = ['10%\\n', '20%', '20%\\r25%', ' and 30%\\n'];
    expect(await told({ pattern: /(?:.*\D|^)(\d+)%/ }, ...steps)).toEqual([
      [0.1, null],
      [0.2, null],
      [0.25, null],
      [0.3, null],
    ]);
  });

  test('that takes a time that grows with the line gets the end of it only', async () => {
    const engine = makeEngine();
    // Of the power of two at least: of a megabyte it would take hours.
    const execution = engine.run(
      sh("head -c 1000000 /dev/zero | tr '\\0' a; echo ' 7%'", {
        progress: { pattern: /a*a*[bc]|(\d+)%$/ },
      }),
    );
    const states = follow(execution);
    await execution;
    expect(states).toEqual([[0.07, null]]);
  });
});

describe('OSC 9;4', () => {
  const bell = (rest: string) => `\\033]9;4;${rest}\\a`;

  test.each<[string, string, State | undefined]>([
    ['a percentage', bell('1;50'), [0.5, null]],
    ['ended by ESC \\', '\\033]9;4;1;25\\033\\\\', [0.25, null]],
    ['none', bell('1'), [0, null]],
    ['too much', bell('1;250'), [1, null]],
    ['not known', bell('3'), [null, null]],
    ['not known, with a number', bell('3;50'), [null, null]],
    ['an error', bell('2;40'), [0.4, null]],
    ['an error that leaves it', bell('1;40') + bell('2'), [0.4, null]],
    ['a pause that leaves it', bell('1;40') + bell('4'), [0.4, null]],
    ['taken away', bell('1;40') + bell('0'), [null, null]],
    ['in a line', `begin ${bell('1;30')} end\\n`, [0.3, null]],
    ['the last one', `${bell('1;30')}\\n${bell('1;60')}\\n`, [0.6, null]],
    ['another OSC', '\\033]9;hello\\007 \\033]0;title\\007', undefined],
    ['another state', bell('7;50'), undefined],
    ['an unfinished one behind a whole one', `${bell('1;30')}\\033]9;4;1;6`, [0.3, null]],
    ['no sequence', '9;4;1;50\\n', undefined],
  ])('%s', async (_, text, expected) => {
    expect(await last(true, text)).toEqual(expected);
  });

  test('that is cut anywhere', async () => {
    const text = '\x1b]9;4;1;50\x1b\\';
    for (let size = 4; size < text.length; size++) {
      const engine = makeEngine({ maxLineBytes: size, partialLineFlushMs: 0 });
      const execution = engine.run({ ...chunks([...`ab${text}`, '\n']), progress: true });
      const states = follow(execution);
      await execution;
      expect([size, states]).toEqual([size, [[0.5, null]]]);
    }
  });

  test('is there beside a pattern, which has the last word', async () => {
    expect(
      await told({ pattern: /(\d+)%/ }, '10%\\n', bell('1;20'), `${bell('1;30')}35%\\n`),
    ).toEqual([
      [0.1, null],
      [0.2, null],
      [0.35, null],
    ]);
  });

  test('does not arrive where escape sequences are taken out', async () => {
    const engine = makeEngine({ ansi: 'strip' });
    const execution = engine.run(exec('printf', ['\\033]9;4;1;50\\007'], { progress: true }));
    const states = follow(execution);
    await execution;
    expect(states).toEqual([]);
  });
});

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
      timestamp: expect.any(Number),
      fraction: 0.5,
      label: null,
    });
    expect(seen[1]).toEqual(seen[0]);
    expect(structuredClone(seen)).toEqual(seen);
  });

  test('come between the start and the end, the last one always', async () => {
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

  test('are no more than people can follow', async () => {
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

  test('come though the command falls silent', async () => {
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

  test('come not twice with the same', async () => {
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
      // The end tells what is left to tell.
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

  test('come of a command that fails, and of one that is cancelled, ahead of the end', async () => {
    const engine = makeEngine();
    const recorded = record(engine, ['progress', 'failed', 'cancelled']);
    await engine.run(sh('echo 10%; exit 3', { progress: { pattern: /(\d+)%/ } }));
    const execution = engine.run(sh(`echo 20%; ${LONG}`, { progress: { pattern: /(\d+)%/ } }));
    await new Promise((resolve) => execution.once('progress', resolve));
    await execution.cancel();
    await execution;
    expect(names(recorded)).toEqual(['progress', 'failed', 'progress', 'cancelled']);
  });

  test('come only where a request asks for them', async () => {
    const engine = makeEngine();
    const states = follow(engine);
    await engine.run(sh('echo 10%; printf "\\033]9;4;1;50\\007"'));
    await engine.run(sh('echo 10%; printf "\\033]9;4;1;50\\007"', { progress: false }));
    expect(states).toEqual([]);
  });

  test('come without line events', async () => {
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

  test('come to a listener of the engine that comes late', async () => {
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

  test('with nobody to hear of them make no line cross', async () => {
    const engine = makeEngine({ maxPendingEventBytes: 65_536 });
    const id = await engine.execute(
      exec('seq', ['1', '4000000'], { progress: { pattern: /(\d+)%/ } }),
    );
    const { pid } = await new Promise<StartedEvent>((resolve) => engine.once('started', resolve));
    // If JavaScript had to take its lines, it could not end.
    blockUntil('the child to end', () => !processExists(pid));
    expect(await engine.waitForCompletion(id)).toMatchObject({ stdoutBytes: 30_888_896 });
  });

  test('end to hold the command up when the last listener goes', async () => {
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
          /"request.progress.pattern" property cannot be used. Invalid regular expression: \/\(a\/: Unterminated group/,
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
