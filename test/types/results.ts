// What comes back, and from where. Checked by the compiler, never run.
import type { EventEmitter } from 'node:events';
import type { Duplex, Readable, Writable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import {
  type EngineStats,
  type Execution,
  ExecutionEngine,
  type ExecutionEngineApi,
  ExecutionError,
  type ExecutionErrorCode,
  type ExecutionLine,
  type ExecutionResult,
  type ExecutionStatus,
  type ExecutionSummary,
  type LinesBatch,
} from 'escher-execution-engine';

const command = { type: 'exec', program: 'ls' } as const;

/** Fails to compile unless the type of the value is exactly `T`. */
function exactly<T>() {
  return <V>(_value: V, ..._same: Same<T, V> extends true ? [] : ['is another type']): void => {};
}
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export async function methods(engine: ExecutionEngine, id: string): Promise<void> {
  const emitter: EventEmitter = engine;
  const api: ExecutionEngineApi = engine;
  exactly<string>()(await api.execute({ command }));
  exactly<ExecutionStatus>()(await engine.getStatus(id));
  exactly<ExecutionResult | null>()(await engine.getResult(id));
  exactly<ExecutionResult<Uint8Array> | null>()(await engine.getResult(id, { encoding: 'buffer' }));
  exactly<ExecutionResult | null>()(await engine.getResult(id, { redacted: false }));
  exactly<ExecutionResult<Uint8Array> | null>()(
    await engine.getResult(id, { encoding: 'buffer', redacted: false }),
  );
  exactly<ExecutionResult>()(await engine.waitForCompletion(id, { timeoutMs: 10 }));
  exactly<boolean>()(await engine.cancel(id));
  exactly<boolean>()(await engine.kill(id, 'SIGHUP'));
  exactly<void>()(await engine.sendInput(id, new Uint8Array(1)));
  exactly<void>()(await engine.resize(id, { cols: 80, rows: 24 }));
  // @ts-expect-error: both are required
  await engine.resize(id, { cols: 80 });
  exactly<Writable>()(engine.run({ command, pty: true }).stdin);
  exactly<Writable>()(engine.run({ command, pty: { cols: 100 } }).stdin);
  exactly<Writable | undefined>()(engine.run({ command, pty: false }).stdin);
  exactly<Writable | undefined>()(engine.run({ command, pty: true, input: 'typed' }).stdin);
  exactly<Writable>()(engine.run({ command, pty: true, input: undefined }).stdin);
  const { signal } = new AbortController();
  exactly<string>()(await engine.execute({ command }, { signal }));
  exactly<ExecutionResult>()(await engine.waitForCompletion(id, { signal, timeoutMs: undefined }));
  await engine.sendInput(id, 'text', { signal });
  exactly<void>()(await engine.onIdle({ signal: undefined }));
  // @ts-expect-error: it cannot be called off
  await engine.shutdown({ signal });
  // @ts-expect-error: how long a command may run stands in the request
  await engine.execute({ command }, { timeoutMs: 5 });
  exactly<ExecutionSummary[]>()(await engine.listExecutions({ status: ['failed'], limit: 1 }));
  exactly<number>()(await engine.cleanup());
  exactly<EngineStats>()(await engine.stats());
  exactly<ExecutionEngine>()(ExecutionEngine.initGlobal().ref().unref());
  await using closing = engine;
  // @ts-expect-error: no such encoding
  await engine.getResult(id, { encoding: 'latin1' });
  // @ts-expect-error: a boolean
  await engine.getResult(id, { redacted: 'no' });
  // @ts-expect-error: no such status
  await engine.listExecutions({ status: 'done' });
  // @ts-expect-error: a signal is required
  await engine.kill(id);
  void [emitter, closing];
}

export async function handle(engine: ExecutionEngine): Promise<void> {
  const run = engine.run({ command }, { signal: AbortSignal.timeout(5), reject: true });
  exactly<Execution>()(run);
  exactly<ExecutionResult>()(await run);
  exactly<string>()((await run).stdout);
  exactly<number | null>()((await run.result).exitCode);
  exactly<string | null>()((await run).signal);
  exactly<ExecutionResult | 'none'>()(await run.catch(() => 'none' as const));
  exactly<number | undefined>()(run.pid);
  exactly<Writable | undefined>()(run.stdin);
  exactly<Writable>()(engine.run({ command, stdin: 'pipe' }).stdin);
  for await (const line of run) exactly<ExecutionLine>()(line);
  for await (const line of run.lines('stderr')) exactly<string>()(line);
  for await (const batch of run.batches('stdout')) exactly<LinesBatch>()(batch);
  exactly<Readable>()(run.readable());
  exactly<ReadableStream<Uint8Array>>()(run.readableStream('stderr', { encoding: 'buffer' }));
  const piped = engine.run({ command, stdin: 'pipe' });
  exactly<Duplex>()(piped.duplex('all'));
  await run.readableStream().pipeTo(piped.writableStream());
  void new Response(run.readableStream());
  // @ts-expect-error: there is no stdin to write to
  run.writableStream();
  // @ts-expect-error: there is no stdin to write to
  run.duplex();
  // @ts-expect-error: text is UTF-8
  run.readable('stdout', { encoding: 'latin1' });
  await using disposed = run;
  // @ts-expect-error: no such stream
  run.lines('stdin');
  // @ts-expect-error: the id is given
  run.id = '';
  // @ts-expect-error: the option is called signal
  engine.run({ command }, { cancelSignal: AbortSignal.abort() });
  void disposed;
}

export function errors(error: unknown): boolean {
  if (!(error instanceof ExecutionError)) return false;
  exactly<ExecutionErrorCode>()(error.code);
  if (error.code === 'ERR_VALIDATION' && error.reason === 'PROGRAM_NOT_FOUND') return false;
  // @ts-expect-error: no such code
  if (error.code === 'ENOENT') return false;
  // @ts-expect-error: errors do not change
  error.errno = 1;
  return error.isRetryable && error.result?.success === false;
}
