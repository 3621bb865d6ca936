import { chunks, exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { follow, lastProgress, reportedInTurn, type State } from '../../support/progress';

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
    expect(await lastProgress({ pattern }, text)).toEqual(expected);
  });

  test('takes flags with a string', async () => {
    expect(await lastProgress({ pattern: 'DONE (\\d+)', flags: 'i' }, 'done 5\\n')).toEqual([
      0.05,
      null,
    ]);
  });

  test('looks at both streams', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo 50% >&2', { progress: { pattern: /(\d+)%/ } }));
    const states = follow(execution);
    await execution;
    expect(states).toEqual([[0.5, null]]);
  });

  test('matches a line that arrives in pieces', async () => {
    const engine = makeEngine({ maxLineBytes: 4 });
    const execution = engine.run(
      exec('echo', ['progress 12.5%'], { progress: { pattern: /s ([\d.]+)%/ } }),
    );
    const states = follow(execution);
    await execution;
    expect(states).toEqual([[0.125, null]]);
  });

  test('reports each step once', async () => {
    const steps = ['10%\\n', '20%', '20%\\r25%', ' and 30%\\n'];
    expect(await reportedInTurn({ pattern: /(?:.*\D|^)(\d+)%/ }, ...steps)).toEqual([
      [0.1, null],
      [0.2, null],
      [0.25, null],
      [0.3, null],
    ]);
  });

  test.each([
    ['a power of the line', /a*a*[bc]|(\d+)%$/],
    ['an exponential cost', /^(?:(?:a+)+)+$|(\d+)%$/],
  ])('that costs RegExp %s finds the end of a long line', async (_, pattern) => {
    const engine = makeEngine();
    const execution = engine.run(
      sh("head -c 1000000 /dev/zero | tr '\\0' a; echo ' 7%'", { progress: { pattern } }),
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
    expect(await lastProgress(true, text)).toEqual(expected);
  });

  test('is recognized across any split', async () => {
    const text = '\x1b]9;4;1;50\x1b\\';
    for (let size = 4; size < text.length; size++) {
      const engine = makeEngine({ maxLineBytes: size, partialLineFlushMs: 0 });
      const execution = engine.run({ ...chunks([...`ab${text}`, '\n']), progress: true });
      const states = follow(execution);
      await execution;
      expect([size, states]).toEqual([size, [[0.5, null]]]);
    }
  });

  test('works beside a pattern, which takes precedence', async () => {
    expect(
      await reportedInTurn({ pattern: /(\d+)%/ }, '10%\\n', bell('1;20'), `${bell('1;30')}35%\\n`),
    ).toEqual([
      [0.1, null],
      [0.2, null],
      [0.35, null],
    ]);
  });

  test('is not reported where escape sequences are stripped', async () => {
    const engine = makeEngine({ ansi: 'strip' });
    const execution = engine.run(exec('printf', ['\\033]9;4;1;50\\007'], { progress: true }));
    const states = follow(execution);
    await execution;
    expect(states).toEqual([]);
  });
});
