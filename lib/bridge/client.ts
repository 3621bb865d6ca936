/** An engine in another process, see `types/bridge`. */

import { AsyncResource } from 'node:async_hooks';
import type { Execution, InputData, PipedExecution } from '../../types/api';
import type { BridgeClient } from '../../types/bridge';
import type { ExecutionConfig } from '../../types/config';
import type { ExecutionRequest, RunOptions, WaitOptions } from '../../types/request';
import type {
  EngineStats,
  ExecutionFilter,
  ExecutionResult,
  ExecutionStatus,
  ExecutionSummary,
} from '../../types/result';
import type { WireHello, WireResult, WireStats, WireSummary } from '../../types/wire';
import { ExecutionEmitter, wantsLines } from '../emitter';
import {
  encoding,
  executionFilter,
  graceOption,
  runOptions,
  signalOption,
  waitOptions,
} from '../options/call';
import { asData, asId } from '../options/checks';
import { limited, throwIfAborted } from '../waiting';
import type { BridgeChannel } from './channel';
import { effectiveConfigFromWire } from './config';
import { signal as signalCodec } from './fields';
import { sendPieces } from './input';
import { RemoteEvents } from './remote-events';
import { RemoteExecution } from './remote-execution';
import { requestToWire } from './request';
import { bytesResultFromWire, resultFromWire, statsFromWire, summaryFromWire } from './result';
import { numberToWire } from './values';

/** Told elsewhere. */
const ignore = (): void => undefined;

export class RemoteEngine extends ExecutionEmitter implements BridgeClient {
  readonly config: Readonly<ExecutionConfig>;
  readonly pid: number;
  readonly #channel: BridgeChannel;
  readonly #events: RemoteEvents;
  /** Requests of this turn. */
  readonly #unsent: (() => void)[] = [];
  #shutdown: Promise<void> | undefined;

  constructor(channel: BridgeChannel, hello: WireHello) {
    super(() => this.#watchAll());
    this.#channel = channel;
    this.#events = new RemoteEvents(this);
    this.config = effectiveConfigFromWire(hello.config);
    this.pid = hello.pid;
    channel.onEvent = (event) => this.#events.take(event);
    channel.beforeSending = () => this.#sendAll();
    channel.onClosed = (error) => this.#events.lose(error);
  }

  get closed(): Promise<unknown> {
    return this.#channel.closed;
  }

  async execute(request: ExecutionRequest, options?: WaitOptions): Promise<string> {
    const signal = signalOption(options);
    this.#checkOpen();
    const wire = requestToWire(request);
    wire.id ??= globalThis.crypto.randomUUID();
    throwIfAborted(signal);
    const id = asId('request.id', wire.id);
    const expected = this.#events.expect(id, new AsyncResource('EscherExecution'));
    const fields = { request: wire, output: 'none', result: false };
    const admission = this.#channel.ask('execute', fields, true);
    admission.catch(() => expected.cancel());
    try {
      await limited(admission, signal);
    } catch (error) {
      // Nobody is told of it, so nobody could end it.
      if (signal?.aborted) admission.then(() => this.cancel(id)).catch(ignore);
      throw error;
    }
    return id;
  }

  run(request: ExecutionRequest & { stdin: 'pipe' }, options?: RunOptions): PipedExecution;
  run(request: ExecutionRequest, options?: RunOptions): Execution;
  run(request: ExecutionRequest, options?: RunOptions): Execution {
    const isPiped = request?.stdin === 'pipe';
    const given = typeof request?.id === 'string' ? asId('request.id', request.id) : undefined;
    const start = {
      id: given ?? globalThis.crypto.randomUUID(),
      idIsUnique: given === undefined,
      isPiped,
    };
    try {
      const chosen = runOptions(options);
      this.#checkOpen();
      const wire = { ...requestToWire(request), id: start.id };
      const remote = new RemoteExecution(this.#channel, { ...start, options: chosen });
      const expected = this.#events.expect(start.id, new AsyncResource('EscherExecution'), remote);
      const aborted = chosen.signal?.aborted ?? false;
      // Whoever listens to it by the end of this turn gets all lines.
      this.#unsent.push(() => this.#send(remote, { request: wire, aborted }, expected));
      queueMicrotask(() => this.#sendAll());
      return remote;
    } catch (error) {
      const remote = new RemoteExecution(this.#channel, { ...start, options: {} });
      queueMicrotask(() => remote.isRefused(error));
      return remote;
    }
  }

  async getStatus(id: string): Promise<ExecutionStatus> {
    return await this.#ask('get_status', { id: asId('id', id) });
  }

  getResult(
    id: string,
    options?: { encoding?: 'utf8' | undefined },
  ): Promise<ExecutionResult | null>;
  getResult(
    id: string,
    options: { encoding: 'buffer' },
  ): Promise<ExecutionResult<Uint8Array> | null>;
  async getResult(
    id: string,
    options?: { encoding?: 'utf8' | 'buffer' | undefined },
  ): Promise<ExecutionResult | ExecutionResult<Uint8Array> | null> {
    const fields = { id: asId('id', id), encoding: encoding(options) };
    const wire = await this.#ask<WireResult & WireResult<{ base64: string }>>('get_result', fields);
    if (wire === null) return null;
    return fields.encoding === 'buffer' ? bytesResultFromWire(wire) : resultFromWire(wire);
  }

  async waitForCompletion(
    id: string,
    options?: WaitOptions & { timeoutMs?: number | undefined },
  ): Promise<ExecutionResult> {
    const known = asId('id', id);
    const { signal, timeoutMs } = waitOptions(options);
    throwIfAborted(signal);
    const fields = { id: known, timeout_ms: numberToWire(timeoutMs) };
    return resultFromWire(
      await limited(this.#ask<WireResult>('wait_for_completion', fields), signal),
    );
  }

  async cancel(id: string): Promise<boolean> {
    return await this.#ask('cancel', { id: asId('id', id) });
  }

  async sendInput(id: string, data: InputData, options?: WaitOptions): Promise<void> {
    const known = asId('id', id);
    const bytes = asData('data', data);
    const signal = signalOption(options);
    throwIfAborted(signal);
    const taken = sendPieces(bytes, this.#channel.maxLineBytes, (piece) =>
      this.#ask('send_input', { id: known, data: piece }),
    );
    await limited(taken, signal);
  }

  async closeInput(id: string): Promise<void> {
    await this.#ask('close_input', { id: asId('id', id) });
  }

  async kill(id: string, signal: NodeJS.Signals | number): Promise<boolean> {
    const known = asId('id', id);
    return await this.#ask('kill', { id: known, signal: signalCodec.toWire('signal', signal) });
  }

  async listExecutions(filter?: ExecutionFilter): Promise<ExecutionSummary[]> {
    return (await this.#ask<WireSummary[]>('list', executionFilter(filter))).map(summaryFromWire);
  }

  async runningCount(): Promise<number> {
    return await this.#ask('running_count');
  }

  async queuedCount(): Promise<number> {
    return await this.#ask('queued_count');
  }

  async removeExecution(id: string): Promise<void> {
    await this.#ask('remove_execution', { id: asId('id', id) });
  }

  async cleanup(): Promise<number> {
    return await this.#ask('cleanup');
  }

  async startCleanupTask(): Promise<void> {
    await this.#ask('start_cleanup_task');
  }

  async stopCleanupTask(): Promise<void> {
    await this.#ask('stop_cleanup_task');
  }

  async stats(): Promise<EngineStats> {
    return statsFromWire(await this.#ask<WireStats>('stats'));
  }

  async onIdle(options?: WaitOptions): Promise<void> {
    const signal = signalOption(options);
    throwIfAborted(signal);
    await limited(this.#ask('on_idle'), signal);
  }

  shutdown(options?: { graceMs?: number | undefined }): Promise<void> {
    if (this.#shutdown === undefined) {
      try {
        this.#shutdown = this.#end(graceOption(options));
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.#shutdown;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** A connection that is lost on the way ends the engine as well, unless it is left for others. */
  async #end(graceMs: number | undefined): Promise<void> {
    this.#sendAll();
    // Later there is nobody to ask.
    this.#events.fetchAll();
    const fields = graceMs === undefined ? {} : { grace_ms: numberToWire(graceMs) };
    await this.#channel.ask('shutdown', fields).catch(ignore);
    this.#channel.close();
  }

  #sendAll(): void {
    for (const send of this.#unsent.splice(0)) send();
  }

  #send(remote: RemoteExecution, fields: object, expected: { cancel(): void }): void {
    const output = remote.wantsLines ? 'batches' : 'none';
    const { run, admission } = this.#channel.execute({ ...fields, output, result: false });
    remote.isSent(run);
    admission.then(
      () => remote.isAdmitted(),
      (error) => {
        expected.cancel();
        remote.isRefused(error);
      },
    );
  }

  #checkOpen(): void {
    if (this.#shutdown !== undefined) throw this.#channel.closedError();
  }

  async #ask<T>(type: string, fields: object = {}): Promise<T> {
    return await this.#channel.ask<T>(type, fields);
  }

  #watchAll(): void {
    this.#channel.ask('watch', { output: wantsLines(this) ? 'batches' : 'none' }).catch(ignore);
  }
}
