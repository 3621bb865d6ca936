/** Builds the payloads of events and calls the listeners. */

import type { ExecutionEventName, ExecutionEvents } from '../../../types/events';
import { STREAM_NAMES } from '../output/stream-names';
import { type ExecutionEmitter, versionOf, wantsLines } from './emitter';
import { rethrowLater } from './rethrow';

type Emitters = readonly ExecutionEmitter[];
type Listener = (payload: unknown) => void;

/** A batch of lines of one stream, cut into lines. */
export interface SplitBatch {
  executionId: string;
  timestamp: number;
  key: string | null;
  stream: 0 | 1;
  firstSeq: number;
  partial: boolean;
  lines: string[];
}

/** Emits one event on all emitters. */
export function publish<Name extends ExecutionEventName>(
  emitters: Emitters,
  name: Name,
  payload: ExecutionEvents[Name],
): void {
  for (const emitter of emitters) dispatch(emitter, name, payload);
}

/** Emits a batch as one `output` event, then line by line, each only if it has listeners. */
export function publishLines(emitters: Emitters, batch: SplitBatch): void {
  for (const emitter of emitters) {
    if (wantsLines(emitter)) publishBatch(emitter, batch);
  }
}

function publishBatch(emitter: ExecutionEmitter, batch: SplitBatch): void {
  if (emitter.listenerCount('output') > 0) {
    dispatch(emitter, 'output', {
      executionId: batch.executionId,
      timestamp: batch.timestamp,
      key: batch.key,
      stream: STREAM_NAMES[batch.stream],
      lines: batch.lines,
      firstSeq: batch.firstSeq,
      partial: batch.partial,
    });
  }
  if (emitter.listenerCount(STREAM_NAMES[batch.stream]) > 0) publishEachLine(emitter, batch);
}

/**
 * The hot path: one small object per line. The list of listeners is read again only after it has
 * changed.
 */
function publishEachLine(emitter: ExecutionEmitter, batch: SplitBatch): void {
  const { executionId, timestamp, key, firstSeq, lines } = batch;
  const name = STREAM_NAMES[batch.stream];
  const partialAt = batch.partial ? lines.length - 1 : -1;
  let version = versionOf(emitter);
  let listeners = listenersOf(emitter, name);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    const seq = firstSeq + i;
    const payload = { executionId, timestamp, key, line, seq, partial: i === partialAt };
    for (let j = 0; j < listeners.length; j++) {
      call(listeners[j] as Listener, emitter, payload);
    }
    if (versionOf(emitter) !== version) {
      version = versionOf(emitter);
      listeners = listenersOf(emitter, name);
    }
  }
}

/** Listeners of `once` are in the wrapper that removes them. */
function listenersOf(emitter: ExecutionEmitter, name: ExecutionEventName): Listener[] {
  return emitter.rawListeners(name) as Listener[];
}

/** Calls every listener, even if one throws. */
function dispatch<Name extends ExecutionEventName>(
  emitter: ExecutionEmitter,
  name: Name,
  payload: ExecutionEvents[Name],
): void {
  for (const listener of listenersOf(emitter, name)) call(listener, emitter, payload);
}

/** What a listener throws becomes an uncaught exception after the current delivery. */
function call(listener: Listener, emitter: ExecutionEmitter, payload: unknown): void {
  try {
    listener.call(emitter, payload);
  } catch (error) {
    rethrowLater(error);
  }
}
