/** Emits the events from the wire on the client and on its handles. */

import { AsyncResource } from 'node:async_hooks';
import type { ExecutionEvents, OutputEvent, TerminalEvent } from '../../../types/events';
import type { WireEvent } from '../../../types/wire';
import { type ExecutionEmitter, publish, publishLines, wantsLines } from '../../core/index';
import { eventFromWire } from '../wire/event';
import type { RemoteExecution } from './remote-execution';

/** An execution that was requested and has not ended. */
interface Expected {
  /** The async context of the call that requested the execution. Listeners run in it. */
  resource: AsyncResource;
  remote: RemoteExecution | undefined;
}

export class RemoteEvents {
  readonly #engine: ExecutionEmitter;
  /**
   * Oldest first: an id can be used again before the end of the earlier execution has arrived. All
   * events of the later execution come after those of the earlier one.
   */
  readonly #byId = new Map<string, Expected[]>();

  constructor(engine: ExecutionEmitter) {
    this.#engine = engine;
  }

  /** Call before the request is sent: events can arrive from then on. */
  expect(id: string, resource: AsyncResource, remote?: RemoteExecution): { cancel(): void } {
    const expected = { resource, remote };
    const all = this.#byId.get(id);
    if (all === undefined) this.#byId.set(id, [expected]);
    else all.push(expected);
    return { cancel: () => this.#forget(id, expected) };
  }

  /**
   * A handle for an execution whose request this client has not made, or has made without a handle. An execution that is
   * expected with a handle keeps it.
   */
  attach(id: string, make: () => RemoteExecution): { remote: RemoteExecution; isNew: boolean } {
    const expected = this.#byId.get(id)?.[0];
    if (expected?.remote !== undefined) return { remote: expected.remote, isNew: false };
    const remote = make();
    if (expected !== undefined) expected.remote = remote;
    else this.expect(id, new AsyncResource('EscherExecution'), remote);
    return { remote, isNew: true };
  }

  /** No more events of an execution arrive that {@link attach} has made a handle of. */
  detach(remote: RemoteExecution): void {
    const { id } = remote;
    const expected = this.#byId.get(id)?.find((each) => each.remote === remote);
    if (expected !== undefined) this.#forget(id, expected);
  }

  /** Requests the results of all handles. */
  fetchResults(): void {
    for (const { remote } of [...this.#byId.values()].flat()) void remote?.fetch();
  }

  /** The connection is closed: no more events arrive. */
  close(error: Error): void {
    const all = [...this.#byId.values()].flat();
    this.#byId.clear();
    for (const { remote } of all) remote?.isRefused(error);
  }

  take(event: WireEvent): void {
    const expected = this.#byId.get(event.execution_id)?.[0];
    if (expected === undefined) this.#emit(event, undefined);
    else expected.resource.runInAsyncScope(() => this.#emit(event, expected));
  }

  #emit(wire: WireEvent, expected: Expected | undefined): void {
    const event = eventFromWire(wire);
    const remote = expected?.remote;
    if (event === undefined) return;
    switch (event.name) {
      case 'started':
        if (remote !== undefined) {
          remote.pid = event.payload.pid;
          remote.knownKey = event.payload.key;
          remote.status = 'running';
        }
        this.#publish(remote, 'started', event.payload);
        break;
      case 'statusChanged':
        this.#publish(remote, 'statusChanged', event.payload);
        break;
      case 'progress':
        this.#publish(remote, 'progress', event.payload);
        break;
      case 'echo':
        this.#publish(remote, 'echo', event.payload);
        break;
      case 'removed':
        this.#publish(undefined, 'removed', event.payload);
        break;
      case 'output':
        this.#publishLines(remote, event.payload);
        break;
      case 'stdout':
      case 'stderr': {
        // Another client of the connection may have asked for single lines.
        const { line, seq: firstSeq, ...rest } = event.payload;
        this.#publishLines(remote, { ...rest, stream: event.name, lines: [line], firstSeq });
        break;
      }
      default:
        this.#end(event.payload, expected);
    }
  }

  #publishLines(remote: RemoteExecution | undefined, { stream, ...batch }: OutputEvent): void {
    const emitters = this.#emitters(remote).filter(wantsLines);
    publishLines(emitters, { ...batch, stream: stream === 'stdout' ? 0 : 1 });
  }

  /** In this order: the state, the events, then everything that waits for the end. */
  #end(payload: TerminalEvent, expected: Expected | undefined): void {
    const remote = expected?.remote;
    const { status } = payload.result;
    if (remote !== undefined) remote.status = status;
    this.#publish(remote, status, payload);
    this.#publish(remote, 'settled', payload);
    if (expected !== undefined) this.#forget(payload.executionId, expected);
    remote?.isEnded(payload.result);
  }

  #forget(id: string, expected: Expected): void {
    const all = this.#byId.get(id);
    const index = all?.indexOf(expected) ?? -1;
    if (index >= 0) all?.splice(index, 1);
    if (all?.length === 0) this.#byId.delete(id);
  }

  #emitters(remote: RemoteExecution | undefined): ExecutionEmitter[] {
    const own = remote?.emitter;
    return own === undefined ? [this.#engine] : [this.#engine, own];
  }

  #publish<Name extends keyof ExecutionEvents>(
    remote: RemoteExecution | undefined,
    name: Name,
    payload: ExecutionEvents[Name],
  ): void {
    publish(this.#emitters(remote), name, payload);
  }
}
