import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable, type Writable } from 'node:stream';
import { arrayBuffer, buffer, text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import type { Execution } from 'escher-execution-engine';
import { chunks, exec, LONG, sh } from './support/commands';
import { makeEngine } from './support/engine';
import { present, rejection, sha256, thrown } from './support/expectations';
import { bytesWritten, processExists } from './support/processes';
import { standstill } from './support/standstill';
import { tempDir } from './support/temp';
import { isPending, waitFor } from './support/wait';

const MiB = 1_048_576;

/** Both kinds of streams, read to their end. */
const kinds: [
  string,
  (execution: Execution, ...args: Parameters<Execution['readable']>) => Promise<Buffer>,
][] = [
  ['readable()', (execution, ...args) => buffer(execution.readable(...args))],
  [
    'readableStream()',
    async (execution, ...args) =>
      Buffer.from(await arrayBuffer(execution.readableStream(...args) as never)),
  ],
];

describe.each(kinds)('%s', (_, read) => {
  test('gives the text of one stream, or of both', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo out; echo ünïcödé; echo err >&2'));
    expect((await read(execution)).toString()).toBe('out\nünïcödé\n');
    expect((await read(execution, 'stdout')).toString()).toBe('out\nünïcödé\n');
    expect((await read(execution, 'stderr')).toString()).toBe('err\n');
    expect((await read(execution, 'all')).toString().split('\n').sort()).toEqual(
      ['', 'err', 'out', 'ünïcödé'].sort(),
    );
  });

  test('gives millions of lines as they are', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('seq', ['1', '1000000']));
    const [early, result] = await Promise.all([read(execution), execution]);
    expect(sha256(early)).toBe(sha256(result.stdout));
    expect(sha256(await read(execution, 'all'))).toBe(sha256(result.stdout));
  });

  test('gives the same, early and late', async () => {
    const engine = makeEngine();
    const request = sh('printf "a\\r\\nb\\n\\n\\nc"; printf "\\r" >&2');
    const execution = engine.run(request);
    const early = await read(execution);
    await execution;
    expect(early.toString()).toBe('a\nb\n\n\nc\n');
    expect(await read(execution)).toEqual(early);
    expect((await read(execution, 'stderr')).toString()).toBe('\r\n');
  });

  test('gives the exact bytes with encoding buffer, when the command has ended', async () => {
    const engine = makeEngine();
    const bytes = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7) % 256));
    const file = join(tempDir(), 'bytes');
    writeFileSync(file, bytes);
    const execution = engine.run(
      sh(`cat ${file}; read _; printf "\\r\\n\\377end"`, { stdin: 'pipe' }),
    );
    const reading = read(execution, 'stdout', { encoding: 'buffer' });
    expect(await isPending(reading)).toBe(true);
    execution.stdin.end();
    const expected = Buffer.concat([bytes, Buffer.from('\r\n\xffend', 'latin1')]);
    expect(await reading).toEqual(expected);
    expect(await read(execution, 'stdout', { encoding: 'buffer' })).toEqual(expected);
    expect(await read(execution, 'stderr', { encoding: 'buffer' })).toHaveLength(0);
  });

  test('takes the exact bytes from the overflow file', async () => {
    const engine = makeEngine({
      maxOutputSizeBytes: 1000,
      oversizedOutputStrategy: 'streamToFile',
    });
    const execution = engine.run(exec('seq', ['1', '200000']));
    const all = Array.from({ length: 200_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(sha256(await read(execution, 'stdout', { encoding: 'buffer' }))).toBe(sha256(all));
  });

  test('fails by name when the overflow file is gone', async () => {
    const engine = makeEngine({
      maxOutputSizeBytes: 1000,
      oversizedOutputStrategy: 'streamToFile',
    });
    const execution = engine.run(exec('seq', ['1', '20000']));
    await execution;
    await engine.removeExecution(execution.id);
    expect(await rejection(read(execution, 'stdout', { encoding: 'buffer' }))).toMatchObject({
      code: 'ERR_IO',
      message: expect.stringContaining('overflow file'),
    });
  });

  test('fails rather than give less than the exact bytes', async () => {
    const engine = makeEngine({ maxOutputSizeBytes: 1000 });
    const execution = engine.run(exec('seq', ['1', '20000']));
    expect(await rejection(read(execution, 'stdout', { encoding: 'buffer' }))).toMatchObject({
      code: 'ERR_OUTPUT_SIZE_EXCEEDED',
      message: expect.stringContaining('108894 bytes'),
    });
  });

  test('fails when the exact bytes are no longer there', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo hi'));
    await execution;
    await engine.removeExecution(execution.id);
    expect(await rejection(read(execution, 'stdout', { encoding: 'buffer' }))).toMatchObject({
      code: 'ERR_IO',
    });
    await engine.shutdown();
    expect(await rejection(read(execution, 'stdout', { encoding: 'buffer' }))).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
    });
  });

  test.each(['utf8', 'buffer'] as const)(
    'fails with the command, if that rejects: %s',
    async (encoding) => {
      const engine = makeEngine();
      const refused = engine.run(exec('/nonexistent'));
      expect(await rejection(read(refused, 'stdout', { encoding }))).toMatchObject({
        code: 'ERR_VALIDATION',
      });
      expect(await rejection(refused)).toMatchObject({ code: 'ERR_VALIDATION' });
      const failing = engine.run(sh('echo hi; exit 3'), { reject: true });
      failing.catch(() => undefined);
      expect(await rejection(read(failing, 'stdout', { encoding }))).toMatchObject({
        code: 'ERR_COMMAND_FAILED',
      });
      const failed = engine.run(sh('echo hi; exit 3'));
      expect((await read(failed, 'stdout', { encoding })).toString()).toBe('hi\n');
    },
  );

  test('refuses what it does not know', () => {
    const engine = makeEngine();
    const execution = engine.run(sh('true'));
    const code = (...args: unknown[]) => thrown(() => read(execution, ...(args as [])));
    for (const method of ['readable', 'readableStream'] as const) {
      const wrong = (...args: unknown[]) => thrown(() => execution[method](...(args as [])));
      expect(wrong('stdin')).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', message: /"stream"/ });
      expect(wrong(1)).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
      expect(wrong('stdout', { encoding: 'latin1' })).toMatchObject({
        message: /"options.encoding" property must be one of: 'utf8', 'buffer'/,
      });
      expect(wrong('stdout', { from: 'stdout' })).toMatchObject({ message: /options\.from/ });
      expect(wrong('all', { encoding: 'buffer' })).toMatchObject({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining("'stdout' and 'stderr'"),
      });
    }
    void code;
  });
});

describe('while the command runs', () => {
  test('text comes as it is written, an unfinished line too', async () => {
    const engine = makeEngine({ partialLineFlushMs: 1 });
    const execution = engine.run(
      sh('echo one; printf "name? "; read n; echo "hi $n"', { stdin: 'pipe' }),
    );
    let seen = '';
    for await (const chunk of execution.readable().setEncoding('utf8')) {
      seen += chunk;
      if (seen.endsWith('? ')) execution.stdin.end('Ada\n');
    }
    expect(seen).toBe('one\nname? hi Ada\n');
  });

  test('text of both streams keeps lines whole', async () => {
    const engine = makeEngine({ partialLineFlushMs: 1 });
    const execution = engine.run(
      sh('printf half; read _; echo err >&2; read _; echo " full"', { stdin: 'pipe' }),
    );
    const pieces: string[] = [];
    execution.on('output', ({ lines }) => pieces.push(...lines));
    const reading = text(execution.readable('all'));
    for (const piece of ['half', 'err']) {
      await waitFor(piece, () => pieces.includes(piece));
      execution.stdin.write('\n');
    }
    expect(await reading).toBe('err\nhalf full\n');
  });

  test('characters that are cut by the pipe stay whole', async () => {
    const engine = makeEngine({ partialLineFlushMs: 0, maxLineBytes: 5 });
    const bytes = Buffer.from('€uro ünd ñandú\n');
    const execution = engine.run(chunks([...bytes].map((byte) => Uint8Array.of(byte))));
    expect(await text(execution.readable())).toBe('€uro ünd ñandú\n');
  });
});

describe('backpressure', () => {
  /** Reads once, and no further. */
  const firstReads: [string, (execution: Execution) => Promise<() => Promise<unknown>>][] = [
    [
      'a Readable',
      async (execution) => {
        const stream = execution.readable();
        await new Promise((resolve) => stream.once('readable', resolve));
        return async () => stream.destroy();
      },
    ],
    [
      'a ReadableStream',
      async (execution) => {
        const reader = execution.readableStream().getReader();
        await reader.read();
        return () => reader.cancel();
      },
    ],
  ];

  test.each(firstReads)('%s that is not read on holds the command back', async (_, readOnce) => {
    const engine = makeEngine({ maxPendingEventBytes: MiB });
    const execution = engine.run(exec('seq', ['1', '4000000']));
    const leave = await readOnce(execution);
    const pid = present(execution.pid);
    await waitFor('the child to wait', standstill(pid));
    expect(bytesWritten(pid)).toBeLessThan(5 * MiB);
    // Left alone, it goes on.
    await leave();
    expect(await execution).toMatchObject({ status: 'completed', stdoutBytes: 30_888_896 });
  });

  test('a stream that nobody reads holds nothing back', async () => {
    const engine = makeEngine({ maxPendingEventBytes: MiB });
    const execution = engine.run(exec('seq', ['1', '500000']));
    execution.readable();
    execution.readableStream();
    expect(await execution).toMatchObject({ status: 'completed', stdoutBytes: 3_388_895 });
  });

  test('a slow pipeline loses nothing', async () => {
    const engine = makeEngine({ maxPendingEventBytes: 65_536 });
    const execution = engine.run(exec('seq', ['1', '300000']));
    const slow = new PassThrough({ highWaterMark: 1 });
    const reading = buffer(slow);
    await pipeline(execution.readable(), slow);
    expect(sha256(await reading)).toBe(sha256((await execution).stdout));
  });
});

describe('a ReadableStream', () => {
  test('is a byte stream: a reader may bring its own memory', async () => {
    const engine = makeEngine();
    const reader = engine
      .run(sh('printf "0123456789\\n"'))
      .readableStream()
      .getReader({ mode: 'byob' });
    let seen = '';
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(4));
      if (done) break;
      expect(value.byteLength).toBeLessThanOrEqual(4);
      seen += Buffer.from(value).toString();
    }
    expect(seen).toBe('0123456789\n');
  });

  test('can be cut in two, and be the body of a response', async () => {
    const engine = makeEngine();
    const [a, b] = engine
      .run(exec('seq', ['1', '50000']))
      .readableStream()
      .tee();
    const texts = await Promise.all([a, b].map((half) => new Response(half as never).text()));
    expect(texts[0]).toHaveLength(288_894);
    expect(texts[1]).toBe(texts[0]);
  });
});

describe('stdin', () => {
  test('as a web stream takes text and bytes', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('cat', [], { stdin: 'pipe' }));
    const writer = execution.writableStream().getWriter();
    await writer.write('tëxt ');
    await writer.write(Buffer.from('bytes '));
    await writer.write(new Uint8Array([104, 105]).buffer);
    await writer.close();
    expect(await execution).toMatchObject({ stdout: 'tëxt bytes hi' });
  });

  test('as a web stream has the pace of the child', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('read _; wc -c', { stdin: 'pipe' }));
    const writer = execution.writableStream().getWriter();
    const block = new Uint8Array(MiB).fill(120);
    const written = writer.write(block);
    expect(await isPending(written)).toBe(true);
    await engine.sendInput(execution.id, '\n');
    await written;
    await writer.close();
    expect(await execution).toMatchObject({ exitCode: 0, signal: null, stderr: '', error: null });
  });

  test('as a web stream ends with its source, which may be any stream of the web', async () => {
    const engine = makeEngine();
    const source = engine.run(exec('seq', ['1', '100000']));
    const sink = engine.run(exec('tail', ['-n', '1'], { stdin: 'pipe' }));
    await source.readableStream().pipeTo(sink.writableStream());
    expect(await sink).toMatchObject({ stdout: '100000\n' });
  });

  test('of a child that reads no further is no error', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('exec <&-; echo done; sleep 0.3', { stdin: 'pipe' }));
    const writer = execution.writableStream().getWriter();
    await new Promise((resolve) => execution.once('stdout', resolve));
    await writer.write('to nobody');
    await writer.close();
    expect(await execution).toMatchObject({ status: 'completed' });
  });

  test('of a child that is gone fails, however much a source has to say', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('head', ['-n', '1'], { stdin: 'pipe' }));
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue('y\n'.repeat(1000)),
    });
    const piped = rejection(endless.pipeTo(execution.writableStream() as never));
    expect(await execution).toMatchObject({ stdout: 'y\n' });
    expect(await piped).toMatchObject({ code: 'ERR_IO' });
  });

  test('that is aborted is closed for the child', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('cat', [], { stdin: 'pipe' }));
    const writer = execution.writableStream().getWriter();
    await writer.write('some');
    await writer.abort(new Error('enough'));
    expect(await execution).toMatchObject({ status: 'completed', stdout: 'some' });
  });

  test('fails by what is no data, and is closed for the child', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('cat', [], { stdin: 'pipe' }));
    const writer = execution.writableStream().getWriter();
    const write = writer.write({} as never);
    writer.closed.catch(() => undefined);
    expect(await rejection(write)).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    expect(await execution).toMatchObject({ status: 'completed', stdout: '' });
  });

  test.each(['writableStream', 'duplex'] as const)('%s() asks for a pipe', (method) => {
    const engine = makeEngine();
    const execution = engine.run(sh('true')) as never as Record<string, () => unknown>;
    expect(thrown(() => execution[method]?.())).toMatchObject({
      code: 'ERR_IO',
      message: expect.stringContaining("'pipe'"),
    });
  });
});

describe('duplex()', () => {
  test('stands in the middle of a pipeline', async () => {
    const engine = makeEngine();
    const numbers = Array.from({ length: 100_000 }, (_, index) => `${index}\n`);
    const sort = engine.run(exec('sort', ['-rn'], { stdin: 'pipe' }));
    const target = new PassThrough();
    const reading = text(target);
    await pipeline(Readable.from(numbers), sort.duplex(), target);
    expect(await reading).toBe([...numbers].reverse().join(''));
    expect(await sort).toMatchObject({ status: 'completed' });
  });

  test('joins commands', async () => {
    const engine = makeEngine();
    const first = engine.run(exec('seq', ['1', '1000']));
    const second = engine.run(exec('grep', ['7'], { stdin: 'pipe' }));
    const third = engine.run(exec('wc', ['-l'], { stdin: 'pipe' }));
    await pipeline(first.readable(), second.duplex(), third.stdin);
    expect((await third).stdout.trim()).toBe('271');
  });

  test('does not let a source write to nobody for ever', async () => {
    const engine = makeEngine();
    const head = engine.run(exec('head', ['-n', '1'], { stdin: 'pipe' }));
    const endless = Readable.from(
      (function* () {
        for (;;) yield 'y\n'.repeat(1000);
      })(),
    );
    const target = new PassThrough();
    const reading = text(target).catch(() => undefined);
    expect(await rejection(pipeline(endless, head.duplex(), target))).toMatchObject({
      code: 'ERR_STREAM_PREMATURE_CLOSE',
    });
    expect(await head).toMatchObject({ stdout: 'y\n' });
    await reading;
  });

  test('fails with the command, if that rejects', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('cat; exit 3', { stdin: 'pipe' }), { reject: true });
    execution.catch(() => undefined);
    const target = new PassThrough().resume();
    expect(
      await rejection(pipeline(Readable.from(['a']), execution.duplex(), target)),
    ).toMatchObject({ code: 'ERR_COMMAND_FAILED' });
  });

  test('destroyed, closes stdin and leaves the command', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('cat; echo end', { stdin: 'pipe' }));
    const duplex: Writable = execution.duplex();
    duplex.write('hi\n');
    await new Promise((resolve) => execution.once('stdout', resolve));
    duplex.destroy();
    await finished(duplex).catch(() => undefined);
    expect(await execution).toMatchObject({ status: 'completed', stdout: 'hi\nend\n' });
  });
});

test.each(['utf8', 'buffer'] as const)(
  'a reader that leaves before the end does not wait for it: %s',
  async (encoding) => {
    const engine = makeEngine();
    const execution = engine.run(sh(LONG));
    const stream = execution.readable('stdout', { encoding });
    stream.read();
    const reader = execution.readableStream('stdout', { encoding }).getReader();
    const reading = reader.read();
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.destroy();
    await closed;
    await reader.cancel();
    expect(await reading).toEqual({ done: true, value: undefined });
    expect(['pending', 'running']).toContain(await engine.getStatus(execution.id));
  },
);

test('a Readable that is destroyed leaves the command running', async () => {
  const engine = makeEngine();
  const execution = engine.run(sh(`echo hi; ${LONG}`));
  const stream = execution.readable();
  await new Promise((resolve) => stream.once('data', resolve));
  stream.destroy();
  await new Promise((resolve) => stream.once('close', resolve));
  expect(processExists(present(execution.pid))).toBe(true);
  expect(await engine.getStatus(execution.id)).toBe('running');
});
