/** The client of an engine in another process, see `types/bridge`. */

import { AsyncResource } from 'node:async_hooks';
import type { Execution, InputData } from '../../../types/api';
import type { BridgeClient } from '../../../types/bridge';
import type { ExecutionConfig } from '../../../types/config';
import type { ExecutionPlan, PlanOptions, PlanRun } from '../../../types/plan';
import type {
  ExecutionRequest,
  RunOptions,
  TerminalSize,
  ValidateOptions,
  WaitOptions,
} from '../../../types/request';
import type { ExecutionResult, ExecutionStatus, ShutdownResult } from '../../../types/result';
import type { WireAttached, WireHello, WireResult } from '../../../types/wire';
import {
  type AnyResult,
  asData,
  asId,
  asTerminalSize,
  boundedWait,
  calledAt,
  callSite,
  filesOption,
  isInteractive,
  ownValue,
  type ResultOptions,
  randomId,
  runOptions,
  signalOption,
  throwIfAborted,
  waitOptions,
  wantsLines,
} from '../../core/index';
import { effectiveConfigFromWire } from '../wire/config';
import { signal as signalCodec } from '../wire/fields';
import { requestToWire } from '../wire/request';
import { bytesResultFromWire, resultFromWire } from '../wire/result';
import { numberToWire } from '../wire/values';
import { sendPieces } from './input-pieces';
import type { RemoteConnection } from './remote-connection';
import { RemoteControl } from './remote-control';
import { RemoteEvents } from './remote-events';
import { RemoteExecution } from './remote-execution';
import { RemotePlans } from './remote-plans';

const isPiped = (request: unknown): boolean =>
  ownValue(request, 'stdin') === 'pipe' || isInteractive(request);

/** For a rejection that is reported elsewhere. */
const ignore = (): void => undefined;

export class RemoteEngine extends RemoteControl implements BridgeClient {
  readonly config: Readonly<ExecutionConfig>;
  readonly pid: number;
  readonly #connection: RemoteConnection;
  readonly #events: RemoteEvents;
  readonly #plans: RemotePlans;
  /** Requests of `run()` that are sent at the end of this turn. */
  readonly #unsent: (() => void)[] = [];

  constructor(connection: RemoteConnection, hello: WireHello) {
    super(() => this.#watchAll());
    this.#connection = connection;
    this.#events = new RemoteEvents(this);
    this.config = effectiveConfigFromWire(hello.config);
    this.pid = hello.pid;
    this.#plans = new RemotePlans(connection);
    connection.onEvent = (event) => this.#events.take(event);
    connection.beforeSending = () => this.#sendAll();
    connection.onClosed = (error) => this.#events.close(error);
  }

  get closed(): Promise<unknown> {
    return this.#connection.closed;
  }

  async execute(request: ExecutionRequest, options?: WaitOptions): Promise<string> {
    const caller = callSite(this.execute);
    try {
      return await this.#execute(request, options);
    } catch (error) {
      throw calledAt(error, caller);
    }
  }

  async #execute(request: ExecutionRequest, options: WaitOptions | undefined): Promise<string> {
    const signal = signalOption(options);
    this.#checkOpen();
    const wire = requestToWire(request);
    throwIfAborted(signal);
    const id = asId('request.id', ownValue(wire, 'id') ?? randomId());
    const expected = this.#events.expect(id, new AsyncResource('EscherExecution'));
    const fields = { request: { ...wire, id }, output: 'none', result: false };
    const admission = this.#connection.ask('execute', fields, true);
    admission.catch(() => expected.cancel());
    try {
      await boundedWait(admission, signal);
    } catch (error) {
      // The id is not returned, so only the client can cancel the execution.
      if (signal?.aborted) admission.then(() => this.cancel(id)).catch(ignore);
      throw error;
    }
    return id;
  }

  attach(id: string): Execution {
    const known = asId('id', id);
    const start = { id: known, idIsUnique: false, isPiped: false, options: {}, aborted: false };
    const make = () => new RemoteExecution(this.#connection, { ...start, isAttached: true });
    const { remote, isNew } = this.#events.attach(known, make);
    if (isNew) void this.#attach(remote);
    return remote;
  }

  async #attach(remote: RemoteExecution): Promise<void> {
    try {
      const answer = await this.#connection.ask<WireAttached>('attach', { id: remote.id }, true);
      if (answer.result !== null) this.#events.detach(remote);
      remote.isAttachedTo(answer);
    } catch (error) {
      this.#events.detach(remote);
      remote.isRefused(error);
    }
  }

  async validate(request: ExecutionRequest, options?: ValidateOptions): Promise<void> {
    const caller = callSite(this.validate);
    try {
      const files = filesOption(options);
      this.#checkOpen();
      await this.ask('validate', { request: requestToWire(request), files });
    } catch (error) {
      throw calledAt(error, caller);
    }
  }

  executePlan(plan: ExecutionPlan, options?: PlanOptions): PlanRun {
    return this.#plans.execute(plan, options);
  }

  async getStatus(id: string): Promise<ExecutionStatus> {
    return await this.ask('get_status', { id: asId('id', id) });
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
      await boundedWait(this.ask<WireResult>('wait_for_completion', fields), signal),
    );
  }

  async cancel(id: string): Promise<boolean> {
    return await this.ask('cancel', { id: asId('id', id) });
  }

  async renew(id: string): Promise<boolean> {
    return await this.ask('renew', { id: asId('id', id) });
  }

  async sendInput(id: string, data: InputData, options?: WaitOptions): Promise<void> {
    const known = asId('id', id);
    const bytes = asData('data', data);
    const signal = signalOption(options);
    throwIfAborted(signal);
    const accepted = sendPieces(bytes, this.#connection.maxLineBytes, (piece) =>
      this.ask('send_input', { id: known, data: piece }),
    );
    await boundedWait(accepted, signal);
  }

  async closeInput(id: string): Promise<void> {
    await this.ask('close_input', { id: asId('id', id) });
  }

  async resize(id: string, size: TerminalSize): Promise<void> {
    const known = asId('id', id);
    await this.ask('resize', { id: known, ...asTerminalSize('size', size) });
  }

  async kill(id: string, signal: NodeJS.Signals | number): Promise<boolean> {
    const known = asId('id', id);
    return await this.ask('kill', { id: known, signal: signalCodec.toWire('signal', signal) });
  }

  async onIdle(options?: WaitOptions): Promise<void> {
    const signal = signalOption(options);
    throwIfAborted(signal);
    await boundedWait(this.ask('on_idle'), signal);
  }

  protected start(request: ExecutionRequest, options: RunOptions | undefined): RemoteExecution {
    const given = ownValue(request, 'id');
    const hasId = typeof given === 'string';
    const id = hasId ? asId('request.id', given) : randomId();
    const start = { id, idIsUnique: !hasId, isPiped: isPiped(request) };
    try {
      const checked = runOptions(options);
      this.#checkOpen();
      const wire = { ...requestToWire(request), id };
      const aborted = checked.signal?.aborted ?? false;
      const remote = new RemoteExecution(this.#connection, { ...start, options: checked, aborted });
      const expected = this.#events.expect(id, new AsyncResource('EscherExecution'), remote);
      // Sent at the end of the turn: a listener that is added before gets all lines.
      this.#unsent.push(() => this.#send(remote, { request: wire, aborted }, expected));
      queueMicrotask(() => this.#sendAll());
      return remote;
    } catch (error) {
      const remote = new RemoteExecution(this.#connection, {
        ...start,
        options: {},
        aborted: false,
      });
      queueMicrotask(() => remote.isRefused(error));
      return remote;
    }
  }

  protected async readResult(
    id: string,
    { encoding, redacted }: ResultOptions,
  ): Promise<AnyResult | null> {
    const fields = { id, encoding, ...(!redacted && { redacted }) };
    const wire = await this.ask<WireResult & WireResult<{ base64: string }>>('get_result', fields);
    if (wire === null) return null;
    return encoding === 'buffer' ? bytesResultFromWire(wire) : resultFromWire(wire);
  }

  /** A lost connection ends the engine too, unless other clients share it. */
  protected async end(graceMs: number | undefined): Promise<ShutdownResult> {
    this.#sendAll();
    // Requested before the shutdown: after it there is no engine to ask.
    this.#events.fetchResults();
    const fields = graceMs === undefined ? {} : { grace_ms: numberToWire(graceMs) };
    const result = await this.#connection
      .ask<ShutdownResult>('shutdown', fields)
      .catch((): ShutdownResult => ({ survivors: [] }));
    this.#connection.close();
    return result;
  }

  #sendAll(): void {
    for (const send of this.#unsent.splice(0)) send();
  }

  #send(remote: RemoteExecution, fields: object, expected: { cancel(): void }): void {
    const output = remote.wantsLines ? 'batches' : 'none';
    const { run, admission } = this.#connection.execute({ ...fields, output, result: false });
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
    if (this.isShutDown) throw this.#connection.closedError();
  }

  /** Async, so that a check in the caller's arguments rejects and the stack of errors shows the caller. */
  protected async ask<T>(type: string, fields: object = {}): Promise<T> {
    return await this.#connection.ask<T>(type, fields);
  }

  #watchAll(): void {
    const output = wantsLines(this) ? 'batches' : 'none';
    this.#connection.ask('watch', { output }).catch(ignore);
  }
}
