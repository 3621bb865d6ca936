/** Tells `node:diagnostics_channel` of executions, for whoever watches a program from outside. */

import type * as diagnostics from 'node:diagnostics_channel';
import type { ExecutionTrace } from '../types/events';
import type { NativeRequest } from '../types/native';
import type { ExecutionOutcome } from '../types/result';
import { fromInfo } from './errors';
import { describeCommand } from './options/command';
import { metadataOf } from './outcome';
import { isRejection } from './rejection';

const NAME = 'escher-execution-engine.execution';

type Channels = diagnostics.TracingChannel<unknown, ExecutionTrace>;

let all: Channels | undefined;

/** The channels, if somebody listens to one of them. */
function subscribed(): Channels | undefined {
  all ??= (require('node:diagnostics_channel') as typeof diagnostics).tracingChannel<
    unknown,
    ExecutionTrace
  >(NAME);
  return all.hasSubscribers ? all : undefined;
}

/** What of a request may be shown. Only the native engine knows how to redact. */
export function shownOf(
  request: NativeRequest,
  hasSecrets: boolean,
): { command: string; metadata: string | undefined } {
  if (hasSecrets) return { command: '***', metadata: undefined };
  return { command: describeCommand(request.command), metadata: request.metadata };
}

function contextOf(request: NativeRequest, hasSecrets: boolean): ExecutionTrace {
  const { command, metadata } = shownOf(request, hasSecrets);
  return {
    executionId: request.id,
    command,
    request: {
      type: request.command.type,
      workingDir: hasSecrets ? null : (request.workingDir ?? null),
      timeoutMs: request.timeoutMs ?? null,
      idleTimeoutMs: request.idleTimeoutMs ?? null,
      stdin: request.stdin,
      priority: request.priority,
      metadata: metadataOf(metadata ?? null),
    },
  };
}

/** One execution on the channels, by the rules of `TracingChannel`. */
export class Trace {
  readonly #channels: Channels;
  readonly #context: ExecutionTrace;

  /** `undefined` when nobody listens: whoever comes later hears of later executions only. */
  static of(request: NativeRequest, hasSecrets: boolean): Trace | undefined {
    const channels = subscribed();
    return channels && new Trace(channels, contextOf(request, hasSecrets));
  }

  constructor(channels: Channels, context: ExecutionTrace) {
    this.#channels = channels;
    this.#context = context;
  }

  /** Submits within the stores that subscribers bound to `start`: so do its listeners run. */
  begin<T>(submit: () => T): T {
    const { start, end, error } = this.#channels;
    const context = this.#context;
    return start.runStores(context, () => {
      try {
        return submit();
      } catch (thrown) {
        context.error = thrown as Error;
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

  /** `tell`: brings the terminal events to their listeners. */
  ended(outcome: ExecutionOutcome, rejects: boolean, tell: () => void): void {
    this.#context.result = outcome;
    this.#context.command = outcome.command;
    if (outcome.error !== null && isRejection(outcome, rejects)) {
      this.#context.error = fromInfo(outcome.error);
    }
    this.#settle(tell);
  }

  refused(error: Error): void {
    this.#context.error = error;
    this.#settle(() => undefined);
  }

  #settle(tell: () => void): void {
    const { error, asyncStart, asyncEnd } = this.#channels;
    const context = this.#context;
    if (context.error !== undefined) error.publish(context);
    asyncStart.runStores(context, () => {
      tell();
      asyncEnd.publish(context);
    });
  }
}
