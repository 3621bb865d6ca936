import events from 'node:events';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { rejection } from '../../support/expectations';

const ENDED = { code: 'ERR_IO', message: 'The command has ended and accepts no more input' };

/** Without an end. */
function* pieces() {
  for (;;) yield Buffer.alloc(65_536, 'x');
}

describe('the end of a command whose stdin is open', () => {
  test.each<[string, () => Readable | Iterable<Buffer>]>([
    ['a stream', () => Readable.from(pieces())],
    ['a generator', pieces],
    ['a source that never ends', () => new Readable({ read() {} })],
  ])('ends a pipeline from %s', async (_, source) => {
    const run = makeEngine().run(exec('head', ['-c', '10'], { stdin: 'pipe', input: undefined }));
    const piped = rejection(pipeline(source(), run.stdin));
    run.stdin.write(Buffer.alloc(10));
    expect((await run).success).toBe(true);
    expect(await piped).toMatchObject(ENDED);
  });

  test('is no error for listeners, and none without them', async () => {
    const run = makeEngine().run(sh('read -r _', { stdin: 'pipe' }));
    const errors: unknown[] = [];
    run.stdin.on('error', (error) => errors.push(error));
    const closed = events.once(run.stdin, 'close');
    run.stdin.write('line\n');
    expect((await run).success).toBe(true);
    await closed;
    expect(errors).toEqual([]);
  });

  test('is no error after the end of the input', async () => {
    const run = makeEngine().run(exec('cat', [], { stdin: 'pipe' }));
    await pipeline(Readable.from(['a', 'b']), run.stdin);
    await finished(run.stdin);
    expect((await run).stdout).toBe('ab');
    expect(run.stdin.errored).toBeNull();
  });

  test('does not hide the error with which the stream is destroyed', async () => {
    const run = makeEngine().run(exec('cat', [], { stdin: 'pipe' }));
    const failed = events.once(run.stdin, 'error');
    run.stdin.destroy(new Error('mine'));
    expect(await failed).toMatchObject([{ message: 'mine' }]);
    await run;
  });
});

describe('a handle is an emitter for node:events', () => {
  test('events.on() takes its listeners away', async () => {
    const run = makeEngine().run(sh('echo a; echo b'));
    const lines: string[] = [];
    for await (const [event] of events.on(run as never, 'stdout')) {
      lines.push(event.line);
      break;
    }
    expect(lines).toEqual(['a']);
    expect((await run).success).toBe(true);
  });

  test('events.once() resolves', async () => {
    const run = makeEngine().run(sh('exit 3'));
    const [{ result }] = await events.once(run as never, 'settled');
    expect(result.exitCode).toBe(3);
  });

  test('removeListener() removes what addListener() added', async () => {
    const run = makeEngine().run(sh('echo a'));
    const seen: string[] = [];
    const listener = ({ line }: { line: string }) => seen.push(line);
    run.addListener('stdout', listener);
    run.removeListener('stdout', listener);
    await run;
    expect(seen).toEqual([]);
  });
});
