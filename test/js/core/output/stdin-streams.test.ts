import { PassThrough, Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { rejection, thrown } from '../../support/expectations';
import { isPending } from '../../support/wait';

const MiB = 1_048_576;

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

  test('as a web stream follows the pace of the child', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('read first; wc -c', { stdin: 'pipe' }));
    const writer = execution.writableStream().getWriter();
    const block = new Uint8Array(MiB).fill(120);
    const written = writer.write(block);
    expect(await isPending(written)).toBe(true);
    await engine.sendInput(execution.id, '\n');
    await written;
    await writer.close();
    expect(await execution).toMatchObject({ exitCode: 0, signal: null, stderr: '', error: null });
  });

  test('as a web stream ends with its source, whichever web stream that is', async () => {
    const engine = makeEngine();
    const source = engine.run(exec('seq', ['1', '100000']));
    const sink = engine.run(exec('tail', ['-n', '1'], { stdin: 'pipe' }));
    await source.readableStream().pipeTo(sink.writableStream());
    expect(await sink).toMatchObject({ stdout: '100000\n' });
  });

  test('of a child that stops reading causes no error', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('exec <&-; echo done; sleep 0.3', { stdin: 'pipe' }));
    const writer = execution.writableStream().getWriter();
    await new Promise((resolve) => execution.once('stdout', resolve));
    await writer.write('unread');
    await writer.close();
    expect(await execution).toMatchObject({ status: 'completed' });
  });

  test('of a child that has ended fails, however much the source has left', async () => {
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

  test('fails for a chunk that is not data, and is closed for the child', async () => {
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
  test('works in the middle of a pipeline', async () => {
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

  test('ends a source when the command has ended', async () => {
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
