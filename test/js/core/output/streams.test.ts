import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { arrayBuffer, buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Execution } from 'escher-execution-engine';
import { chunks, exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { present, rejection, sha256, thrown } from '../../support/expectations';
import { bytesWritten, processExists } from '../../support/processes';
import { standstill } from '../../support/standstill';
import { tempDir } from '../../support/temp';
import { isPending, waitFor } from '../../support/wait';

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

  test('delivers millions of lines unchanged', async () => {
    const engine = makeEngine();
    const execution = engine.run(exec('seq', ['1', '1000000']));
    const [early, result] = await Promise.all([read(execution), execution]);
    expect(sha256(early)).toBe(sha256(result.stdout));
    expect(sha256(await read(execution, 'all'))).toBe(sha256(result.stdout));
  });

  test('delivers the same to early and late readers', async () => {
    const engine = makeEngine();
    const request = sh('printf "a\\r\\nb\\n\\n\\nc"; printf "\\r" >&2');
    const execution = engine.run(request);
    const early = await read(execution);
    await execution;
    expect(early.toString()).toBe('a\nb\n\n\nc\n');
    expect(await read(execution)).toEqual(early);
    expect((await read(execution, 'stderr')).toString()).toBe('\r\n');
  });

  test('delivers the exact bytes with encoding buffer after the command has ended', async () => {
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

  test('fails with the name of a missing overflow file', async () => {
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

  test('fails instead of delivering less than the exact bytes', async () => {
    const engine = makeEngine({ maxOutputSizeBytes: 1000 });
    const execution = engine.run(exec('seq', ['1', '20000']));
    expect(await rejection(read(execution, 'stdout', { encoding: 'buffer' }))).toMatchObject({
      code: 'ERR_OUTPUT_SIZE_EXCEEDED',
      message: expect.stringContaining('108894 bytes'),
    });
  });

  test('fails when the exact bytes were dropped', async () => {
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

  test('rejects unknown options', () => {
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
        message: expect.stringContaining("'stdout' or 'stderr'"),
      });
    }
    void code;
  });
});

describe('while the command runs', () => {
  test('text arrives as it is written, unfinished lines included', async () => {
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

  test('characters split across reads stay intact', async () => {
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

  test.each(firstReads)(
    '%s that stops reading applies backpressure to the command',
    async (_, readOnce) => {
      const engine = makeEngine({ maxPendingEventBytes: MiB });
      const execution = engine.run(exec('seq', ['1', '4000000']));
      const leave = await readOnce(execution);
      const pid = present(execution.pid);
      await waitFor('the child to wait', standstill(pid));
      expect(bytesWritten(pid)).toBeLessThan(5 * MiB);
      // Left alone, it goes on.
      await leave();
      expect(await execution).toMatchObject({ status: 'completed', stdoutBytes: 30_888_896 });
    },
  );

  test('a stream without a reader applies no backpressure', async () => {
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

  test('can be split by tee(), and be the body of a Response', async () => {
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
