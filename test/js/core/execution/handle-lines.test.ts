import type { ExecutionLine } from 'escher-execution-engine';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError, thrown } from '../../support/expectations';
import { isPending, waitFor } from '../../support/wait';

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

const texts = (lines: ExecutionLine[]): string[] =>
  lines.map(({ stream, line }) => `${stream} ${line}`);

describe('iterating', () => {
  test('gives the lines of both streams with their numbers', async () => {
    const engine = makeEngine();
    const lines = await collect(engine.run(sh('echo a; echo b >&2; echo c; printf d')));
    expect(lines.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    expect(lines.every(({ partial }) => !partial)).toBe(true);
    expect(texts(lines).filter((text) => text.startsWith('stdout'))).toEqual([
      'stdout a',
      'stdout c',
      'stdout d',
    ]);
    expect(texts(lines)).toContain('stderr b');
  });

  test('delivers lines while the child runs', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo one; read _; echo two', { stdin: 'pipe' }));
    const seen: string[] = [];
    for await (const { line } of execution) {
      seen.push(line);
      if (line === 'one') {
        expect(await engine.getStatus(execution.id)).toBe('running');
        execution.stdin.end();
      }
    }
    expect(seen).toEqual(['one', 'two']);
  });

  test('ends with the execution', async () => {
    const engine = makeEngine();
    for (const request of [sh('true'), sh('exit 3'), sh(LONG, { timeoutMs: 50 })]) {
      expect(await collect(engine.run(request))).toEqual([]);
    }
  });

  test('throws what the result rejects with', async () => {
    const engine = makeEngine();
    expect(await executionError(collect(engine.run(exec('/nonexistent'))))).toMatchObject({
      code: 'ERR_VALIDATION',
    });
    const failing = engine.run(sh('echo one; exit 3'), { reject: true });
    const seen: string[] = [];
    const loop = (async () => {
      for await (const { line } of failing) seen.push(line);
    })();
    expect(await executionError(loop)).toMatchObject({ code: 'ERR_COMMAND_FAILED' });
    expect(seen).toEqual(['one']);
  });

  test('late replays retained output', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo a; echo b >&2; printf "c\\r\\n\\nd"'));
    await execution;
    const lines = await collect(execution);
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
    expect(texts(lines).filter((text) => text.startsWith('stdout'))).toEqual([
      'stdout a',
      'stdout c',
      'stdout ',
      'stdout d',
    ]);
    expect(texts(lines).filter((text) => text.startsWith('stderr'))).toEqual(['stderr b']);
    // As often as one likes.
    expect(await collect(execution)).toEqual(lines);
  });

  test('from the middle joins retained and new lines without a gap or an overlap', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh('seq 1 2000; echo half >&2; read _; seq 2001 4000', { stdin: 'pipe' }),
    );
    await waitFor('the first half', async () => (await engine.stats()).totalLines >= 2001);
    const rest = collect(execution);
    execution.stdin.end();
    const lines = await rest;
    expect(
      lines.filter(({ stream }) => stream === 'stdout').map(({ line }) => Number(line)),
    ).toEqual(Array.from({ length: 4000 }, (_, index) => index + 1));
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
  });

  test('by several readers at once gives each everything', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('seq', ['1', '5000']));
    const all = await Promise.all([
      collect(execution),
      collect(execution),
      collect(execution.lines()),
    ]);
    const expected = Array.from({ length: 5000 }, (_, index) => `${index + 1}`);
    expect(all[0]?.map(({ line }) => line)).toEqual(expected);
    expect(all[1]?.map(({ line }) => line)).toEqual(expected);
    expect(all[2]).toEqual(expected);
  });

  test('around the end gives everything', async () => {
    const engine = makeEngine();
    const wrong = new Set<string>();
    for (let round = 0; round < 150; round++) {
      const execution = engine.run(exec('seq', ['1', '3']));
      // Somewhere between the start and the end, and a little after it.
      for (let turns = round % 15; turns > 0; turns--) await new Promise(setImmediate);
      const readers: Promise<string[]>[] = [];
      while ((await engine.getStatus(execution.id)) !== 'completed' || readers.length < 5) {
        readers.push(collect(execution.lines()));
      }
      for (const lines of await Promise.all(readers)) {
        if (lines.join() !== '1,2,3') wrong.add(`[${lines.join()}]`);
      }
    }
    expect([...wrong]).toEqual([]);
  });

  test('and breaking leaves the execution running', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo one; echo two; read _; echo three', { stdin: 'pipe' }));
    for await (const { line } of execution) {
      if (line === 'one') break;
    }
    expect(await engine.getStatus(execution.id)).toBe('running');
    execution.stdin.end();
    expect(await execution).toMatchObject({ status: 'completed', stdout: 'one\ntwo\nthree\n' });
  });

  test('and breaking early applies no backpressure', async () => {
    const engine = makeEngine({ maxPendingEventBytes: 65_536 });
    const execution = engine.run(exec('seq', ['1', '500000']));
    for await (const _ of execution) break;
    expect(await execution).toMatchObject({ status: 'completed', stdoutBytes: 3_388_895 });
  });

  test('works when there are no line events', async () => {
    const engine = makeEngine({ streamOutput: false });
    expect(await collect(engine.run(sh('echo a; echo b')).lines())).toEqual(['a', 'b']);
  });

  test('over many executions at once keeps them apart', async () => {
    const engine = makeEngine();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        collect(engine.run(exec('seq', [`${index}`, '3000'])).lines()),
      ),
    );
    all.forEach((lines, index) => {
      expect(lines).toEqual(
        Array.from({ length: 3001 - index }, (_, offset) => `${index + offset}`),
      );
    });
  });
});

describe('lines()', () => {
  const script = 'echo out 1; echo err 1 >&2; echo out 2; echo err 2 >&2';

  test('gives one stream or all', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(script));
    expect(await collect(execution.lines('stdout'))).toEqual(['out 1', 'out 2']);
    expect(await collect(execution.lines('stderr'))).toEqual(['err 1', 'err 2']);
    expect((await collect(execution.lines('all'))).sort()).toEqual([
      'err 1',
      'err 2',
      'out 1',
      'out 2',
    ]);
    expect(await collect(execution.lines())).toHaveLength(4);
  });

  test('joins the pieces of a line', async () => {
    const engine = makeEngine({ maxLineBytes: 10, partialLineFlushMs: 0 });
    const long = 'x'.repeat(35);
    expect(
      await collect(engine.run(sh(`echo ${long}; echo short; printf ${long}`)).lines()),
    ).toEqual([long, 'short', long]);
  });

  test('refuses another stream', () => {
    const engine = makeEngine();
    const execution = engine.run(sh('true'));
    const error = thrown(() => execution.lines('stdin' as never));
    expect(error).toBeInstanceOf(TypeError);
  });
});

describe('batches()', () => {
  test('gives all lines in their order, with the number of the first of each batch', async () => {
    const run = makeEngine().run(exec('seq', ['1', '50000']));
    const lines: string[] = [];
    let batches = 0;
    for await (const batch of run.batches()) {
      expect(batch).toMatchObject({ stream: 'stdout', firstSeq: lines.length, partial: false });
      lines.push(...batch.lines);
      batches++;
    }
    expect(lines).toEqual(Array.from({ length: 50_000 }, (_, index) => `${index + 1}`));
    expect(batches).toBeLessThan(1000);
  });

  test('gives one stream or all, also after the end', async () => {
    const run = makeEngine().run(sh('echo a; echo é; echo b >&2; printf c >&2'));
    await run;
    const lines = async (stream?: 'stdout' | 'stderr' | 'all') => {
      const found: string[] = [];
      for await (const batch of run.batches(stream)) found.push(...batch.lines);
      return found.sort();
    };
    expect(await lines('stdout')).toEqual(['a', 'é']);
    expect(await lines('stderr')).toEqual(['b', 'c']);
    expect(await lines()).toEqual(['a', 'b', 'c', 'é']);
  });

  test('marks the batch whose last line is unfinished', async () => {
    const run = makeEngine().run(
      sh('echo whole; printf half; read _; echo " done"', { stdin: 'pipe' }),
    );
    const seen: [string[], boolean][] = [];
    for await (const { lines, partial } of run.batches()) {
      seen.push([lines, partial]);
      if (partial) run.stdin.end('\n');
    }
    expect(seen.flatMap(([lines]) => lines).join()).toBe('whole,half, done');
    expect(seen.filter(([, partial]) => partial).map(([lines]) => lines.at(-1))).toEqual(['half']);
  });

  test('that are not taken hold the command back', async () => {
    const engine = makeEngine({ maxPendingEventBytes: 64 * 1024 });
    const run = engine.run(exec('seq', ['1', '2000000']));
    const batches = run.batches();
    const { value: first } = await batches.next();
    expect(await isPending(run.result)).toBe(true);
    let lines: number = first.lines.length - (first.partial ? 1 : 0);
    // A line that is held back can come in pieces.
    for await (const batch of batches) lines += batch.lines.length - (batch.partial ? 1 : 0);
    expect(lines).toBe(2_000_000);
  });

  test('refuses another stream', () => {
    const run = makeEngine().run(sh('true'));
    expect(() => run.batches('stdin' as 'stdout')).toThrow('"stream" argument must be one of');
  });
});

test('a slow reader takes one line at a time', async () => {
  const engine = makeEngine();
  const execution = engine.run(sh('echo one; echo two'));
  const iterator = execution[Symbol.asyncIterator]();
  expect((await iterator.next()).value).toMatchObject({ line: 'one' });
  // The end of the execution does not take the second line away.
  await waitFor('the end', async () => (await engine.getStatus(execution.id)) === 'completed');
  expect((await iterator.next()).value).toMatchObject({ line: 'two' });
  expect((await iterator.next()).done).toBe(true);
  expect(await isPending(execution.result)).toBe(false);
});
