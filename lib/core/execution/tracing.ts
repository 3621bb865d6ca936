/** Publishes executions on `node:diagnostics_channel`, for tools that observe a program. */

import type * as diagnostics from 'node:diagnostics_channel';
import type { ExecutionTrace } from '../../../types/events';
import type { ExecutionOutcome } from '../../../types/result';
import { fromInfo } from '../errors';
import { describeCommand } from '../options/command';
import type { CheckedRequest } from '../options/request';
import { setOwn } from '../util/own-property';
import * as crossing from './crossing';
import { isRejection } from './rejection';

const NAME = 'escher-execution-engine.execution';

type Channels = diagnostics.TracingChannel<object, ExecutionTrace>;

let all: Channels | undefined;

/** The channels, if one of them has subscribers. */
function subscribed(): Channels | undefined {
  all ??= (require('node:diagnostics_channel') as typeof diagnostics).tracingChannel<
    unknown,
    ExecutionTrace
  >(NAME);
  return all.hasSubscribers ? all : undefined;
}

/** `metadata`: JSON text. */
export interface DisplayedRequest {
  command: string;
  key: string | null;
  metadata: string | undefined;
}

/**
 * The parts of a request that may be shown: none with secrets, those of the engine (`hasSecrets`) or its own, because
 * only the native engine redacts.
 */
export function displayedRequest(request: CheckedRequest, hasSecrets: boolean): DisplayedRequest {
  if (hasSecrets || request.hasSecrets) return { command: '***', key: null, metadata: undefined };
  const { key, metadata } = request;
  return { command: describeCommand(request.command), key, metadata };
}

function contextOf(request: CheckedRequest, hasSecrets: boolean): ExecutionTrace {
  const { command, metadata } = displayedRequest(request, hasSecrets);
  return {
    executionId: request.id,
    command,
    request: {
      type: request.command.type,
      ...request.traced,
      ...((hasSecrets || request.hasSecrets) && { workingDir: null }),
      metadata: crossing.metadata(metadata),
    },
  };
}

/** One execution on the channels, with the call order of `TracingChannel`. */
export class Trace {
  readonly #channels: Channels;
  readonly #context: ExecutionTrace;

  /** `undefined` without subscribers: a later subscriber gets later executions only. */
  static of(request: CheckedRequest, hasSecrets: boolean): Trace | undefined {
    const channels = subscribed();
    return channels && new Trace(channels, contextOf(request, hasSecrets));
  }

  constructor(channels: Channels, context: ExecutionTrace) {
    this.#channels = channels;
    this.#context = context;
  }

  /** Submits within the stores that subscribers bound to `start`, so that listeners run in them too. */
  begin<T>(submit: () => T): T {
    const { start, end, error } = this.#channels;
    const context = this.#context;
    return start.runStores(context, () => {
      try {
        return submit();
      } catch (thrown) {
        setOwn(context, 'error', thrown);
        error.publish(context);
        throw thrown;
      } finally {
        end.publish(context);
      }
    });
  }

  started(pid: number, command: string): void {
    this.#context.pid = pid;
    this.#context.command = command;
  }

  /** `emit`: emits the terminal events. */
  ended(outcome: ExecutionOutcome, rejects: boolean, emit: () => void): void {
    this.#context.result = outcome;
    this.#context.command = outcome.command;
    if (outcome.error !== null && isRejection(outcome, rejects)) {
      this.#context.error = fromInfo(outcome.error);
    }
    this.#settle(emit);
  }

  refused(error: Error): void {
    this.#context.error = error;
    this.#settle(() => undefined);
  }

  #settle(emit: () => void): void {
    const { error, asyncStart, asyncEnd } = this.#channels;
    const context = this.#context;
    if (context.error !== undefined) error.publish(context);
    asyncStart.runStores(context, () => {
      emit();
      asyncEnd.publish(context);
    });
  }
}
