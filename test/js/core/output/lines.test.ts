import type { ExecutionConfigInput, ExecutionRequest } from 'escher-execution-engine';
import { chunks, exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { joined, payloads, record } from '../../support/events';
import { waitFor } from '../../support/wait';

interface Piece {
  line: string;
  partial: boolean;
}

/** The pieces of one stream, in order. Unfinished lines wait for their end unless `config` says otherwise. */
async function linesOf(
  request: ExecutionRequest,
  config: ExecutionConfigInput = {},
  stream: 'stdout' | 'stderr' = 'stdout',
): Promise<Piece[]> {
  const engine = makeEngine({ partialLineFlushMs: Number.POSITIVE_INFINITY, ...config });
  const execution = engine.run(request);
  const events = record(execution);
  await execution;
  return payloads(events, stream).map(({ line, partial }) => ({ line, partial }));
}

const whole = (...lines: string[]): Piece[] => lines.map((line) => ({ line, partial: false }));

describe('splitting', () => {
  const table: [title: string, pieces: (string | Uint8Array)[], lines: string[]][] = [
    ['no output', [''], []],
    ['one line', ['one\n'], ['one']],
    ['no terminator at the end', ['one\ntwo'], ['one', 'two']],
    ['empty lines', ['\n\na\n\n'], ['', '', 'a', '']],
    ['CRLF', ['a\r\nb\r\n\r\n'], ['a', 'b', '']],
    ['CRLF cut in two', ['a\r', '\nb\r', '\n'], ['a', 'b']],
    ['a carriage return alone', ['10%\r20%\r30%\n'], ['10%\r20%\r30%']],
    ['a carriage return at the end', ['a\n', 'b\r'], ['a', 'b\r']],
    ['two carriage returns before the line feed', ['a\r\r\n'], ['a\r']],
    ['a line in many pieces', ['a', 'b', 'c', '\n', 'd', '\n'], ['abc', 'd']],
    ['a line feed of its own', ['a', '\n', '\n', 'b', '\n'], ['a', '', 'b']],
    ['NUL bytes', ['a\0b\n\0\n'], ['a\0b', '\0']],
    [
      '€ cut in three',
      [Uint8Array.of(0xe2), Uint8Array.of(0x82), Uint8Array.of(0xac, 0x0a)],
      ['€'],
    ],
    [
      '😀 cut in four',
      [Uint8Array.of(0xf0), Uint8Array.of(0x9f), Uint8Array.of(0x98), Uint8Array.of(0x80), '\n'],
      ['😀'],
    ],
    [
      'bytes that are no UTF-8',
      [Uint8Array.of(0x61, 0xff, 0x0a, 0xe2, 0x82, 0x0a)],
      ['a\ufffd', '\ufffd'],
    ],
    ['an unfinished code point at the end', ['x\n', Uint8Array.of(0xe2, 0x82)], ['x', '\ufffd']],
    ['a byte order mark', ['\ufeffa\n\ufeffb\n'], ['\ufeffa', '\ufeffb']],
    ['other separators of lines', ['a\u2028b\vc\fd\u0085e\n'], ['a\u2028b\vc\fd\u0085e']],
  ];

  test.each(table)('%s', async (_, pieces, lines) => {
    expect(await linesOf(chunks(pieces))).toEqual(whole(...lines));
  });

  test('does not depend on where the bytes are cut', async () => {
    const text = Buffer.from('a\r\n€\n\n😀x\r\r\nä\r\nlast line');
    const expected = whole('a', '€', '', '😀x\r', 'ä', 'last line');
    const cuts = [1, 2, 3, 5, 7].map((size) => {
      const pieces: Uint8Array[] = [];
      for (let from = 0; from < text.length; from += size)
        pieces.push(text.subarray(from, from + size));
      return linesOf(chunks(pieces));
    });
    for (const lines of await Promise.all(cuts)) expect(lines).toEqual(expected);
  });

  test('works the same for stderr', async () => {
    const request = sh(String.raw`printf 'a\r\n\nb' >&2`);
    expect(await linesOf(request, {}, 'stderr')).toEqual(whole('a', '', 'b'));
  });

  test('a million lines arrive exactly and in order', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('seq', ['1', '1000000']));
    let next = 1;
    let wrong = 0;
    execution.on('output', ({ lines, firstSeq, partial }) => {
      if (firstSeq !== next - 1 || partial) wrong++;
      for (const line of lines) if (line !== String(next++)) wrong++;
    });
    const result = await execution;
    expect({ next, wrong }).toEqual({ next: 1_000_001, wrong: 0 });
    expect(result).toMatchObject({ stdoutBytes: 6_888_896, stdoutTruncated: false });
  });

  test('a million lines arrive exactly through line events', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('seq', ['1', '1000000']));
    let next = 1;
    let wrong = 0;
    execution.on('stdout', ({ line, seq }) => {
      if (seq !== next - 1 || line !== String(next++)) wrong++;
    });
    await execution;
    expect({ next, wrong }).toEqual({ next: 1_000_001, wrong: 0 });
  });
});

describe('a long line', () => {
  test('of exactly maxLineBytes is one piece, one byte more is two', async () => {
    const config = { maxLineBytes: 100 };
    const [fits, over] = ['x'.repeat(100), 'y'.repeat(101)];
    const lines = await linesOf(sh(`printf '${fits}\\n${over}\\n'`), config);
    expect(lines[0]).toEqual({ line: fits, partial: false });
    const rest = lines.slice(1);
    expect(rest.map(({ line }) => line).join('')).toBe(over);
    expect(rest.map(({ partial }) => partial)).toEqual([true, false]);
    expect(Math.max(...rest.map(({ line }) => line.length))).toBeLessThanOrEqual(100);
  });

  test('is not cut inside a code point', async () => {
    const text = '€😀é'.repeat(50);
    for (const maxLineBytes of [4, 5, 7, 10]) {
      const pieces = await linesOf(sh(`printf '%s\\n' '${text}'`), { maxLineBytes });
      expect(pieces.map(({ line }) => line).join('')).toBe(text);
      expect(pieces.every(({ line }) => !line.includes('\ufffd'))).toBe(true);
      expect(pieces.every(({ line }) => Buffer.byteLength(line) <= maxLineBytes)).toBe(true);
      expect(pieces.map(({ partial }) => partial)).toEqual([
        ...Array.from({ length: pieces.length - 1 }, () => true),
        false,
      ]);
    }
  });

  test('gives each piece its own seq', async () => {
    const engine = makeEngine({ maxLineBytes: 10 });
    const execution = engine.run(sh(`printf '${'x'.repeat(35)}\\nnext\\n'`));
    const events = record(execution);
    await execution;
    const pieces = payloads(events, 'stdout');
    expect(pieces.map(({ seq }) => seq)).toEqual(pieces.map((_, index) => index));
    expect(joined(events, 'stdout')).toBe(`${'x'.repeat(35)}\nnext\n`);
  });

  test('of 100 MB arrives complete, in pieces and in bounded memory', async () => {
    const engine = makeEngine();
    const size = 100_000_000;
    const execution = engine.run(sh(`head -c ${size} /dev/zero | tr '\\0' x; echo; echo end`));
    const before = process.memoryUsage().rss;
    let [length, pieces, longest, peak, foreign] = [0, 0, 0, 0, 0];
    let last = '';
    execution.on('stdout', ({ line, partial }) => {
      peak = Math.max(peak, process.memoryUsage.rss());
      if (!partial && line === 'end') {
        last = line;
        return;
      }
      length += line.length;
      pieces++;
      longest = Math.max(longest, line.length);
      if (/[^x]/.test(line)) foreign++;
    });
    const result = await execution;
    expect({ length, foreign, last }).toEqual({ length: size, foreign: 0, last: 'end' });
    expect(pieces).toBeGreaterThanOrEqual(size / engine.config.maxLineBytes);
    expect(longest).toBeLessThanOrEqual(engine.config.maxLineBytes);
    expect(result.stdoutBytes).toBe(size + 5);
    // The pieces themselves, the kept output and what the garbage collector has not looked at yet; not the whole line.
    expect(peak - before).toBeLessThan(0.9 * size);
  });
});

describe('an unfinished line', () => {
  test('is delivered, marked partial, while the child waits for input', async () => {
    const engine = makeEngine({ partialLineFlushMs: 20 });
    const execution = engine.run(
      sh('printf "Password: "; read word; echo; echo "got $word"', { stdin: 'pipe' }),
    );
    const events = record(execution);
    // Would wait for ever if the prompt were kept back until its end.
    await waitFor('the prompt', () => payloads(events, 'stdout').length > 0);
    expect(payloads(events, 'stdout')[0]).toMatchObject({
      line: 'Password: ',
      seq: 0,
      partial: true,
    });
    expect(await engine.getStatus(execution.id)).toBe('running');
    execution.stdin.end('secret\n');
    const result = await execution;
    expect(joined(events, 'stdout')).toBe('Password: \ngot secret\n');
    expect(result.stdout).toBe('Password: \ngot secret\n');
  });

  test('grows by partial pieces until its end', async () => {
    const engine = makeEngine({ partialLineFlushMs: 20 });
    const execution = engine.run(
      sh('for i in 1 2 3; do printf "$i.."; read _; done; echo done', { stdin: 'pipe' }),
    );
    const events = record(execution);
    for (const step of ['1..', '2..', '3..']) {
      await waitFor(`the piece ${step}`, () =>
        payloads(events, 'stdout').some(({ line }) => line === step),
      );
      execution.stdin.write('\n');
    }
    await execution;
    const pieces = payloads(events, 'stdout');
    expect(pieces.map(({ line, partial }) => [line, partial])).toEqual([
      ['1..', true],
      ['2..', true],
      ['3..', true],
      ['done', false],
    ]);
    expect(pieces.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
  });

  test('never shows half a code point, nor half a terminator', async () => {
    const engine = makeEngine({ partialLineFlushMs: 20 });
    const euro = String.raw`\342`;
    const execution = engine.run(
      sh(`printf 'a${euro}'; read _; printf '\\202\\254b\\r'; read _; printf '\\nend\\n'`, {
        stdin: 'pipe',
      }),
    );
    const events = record(execution);
    for (const piece of ['a', '€b']) {
      await waitFor(`the piece ${piece}`, () =>
        payloads(events, 'stdout').some(({ line }) => line === piece),
      );
      execution.stdin.write('\n');
    }
    await execution;
    expect(
      payloads(events, 'stdout')
        .map(({ line }) => line)
        .join(''),
    ).toBe('a€bend');
    expect(joined(events, 'stdout')).toBe('a€b\nend\n');
  });

  test('is never delivered early when the flush is off', async () => {
    expect(await linesOf(chunks(['Pass', 'word: ', 'x\n']))).toEqual(whole('Password: x'));
  });

  test('does not hold up the other stream', async () => {
    const engine = makeEngine({ partialLineFlushMs: Number.POSITIVE_INFINITY });
    const execution = engine.run(
      sh('printf unfinished; echo error >&2; read _', { stdin: 'pipe' }),
    );
    const events = record(execution);
    await waitFor('the line of stderr', () => payloads(events, 'stderr').length > 0);
    expect(payloads(events, 'stdout')).toEqual([]);
    execution.stdin.end();
    await execution;
    expect(joined(events, 'stdout')).toBe('unfinished\n');
  });
});

describe('mergeStderr', () => {
  test('gives the lines of both streams as stdout, in their true order', async () => {
    const script = 'for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done';
    const expected = [1, 2, 3, 4, 5].flatMap((index) => [`out ${index}`, `err ${index}`]);
    expect(await linesOf(sh(script, { mergeStderr: true }))).toEqual(whole(...expected));
  });
});

test.each([1, 4])('the same lines arrive with %d io threads', async (ioThreads) => {
  const engine = makeEngine({ ioThreads });
  const executions = Array.from({ length: 8 }, (_, index) =>
    engine.run(exec('seq', [`${index}`, '1', '20000'])),
  );
  const events = executions.map((execution) => record(execution, ['stdout']));
  await Promise.all(executions);
  events.forEach((recorded, index) => {
    const expected = Array.from({ length: 20001 - index }, (_, offset) => `${index + offset}`);
    expect(payloads(recorded, 'stdout').map(({ line }) => line)).toEqual(expected);
  });
});
