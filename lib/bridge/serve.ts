/** Serves an engine to another process. */

import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BridgeEnd, ServeBridgeOptions } from '../../types/bridge';
import type { ExecutionEngine } from '../index';
import { graceOption, signalOption } from '../options/call';
import { asNumber, asObject, asOneOf, optional, outOfRange, wrongType } from '../options/checks';
import { refuseUnknown } from '../options/names';
import { Session } from './session';
import { isReadable, isWritable } from './transport';

const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Shorter ones would refuse what everybody has to say. */
export const LEAST_MAX_LINE_BYTES = 1024;

/** How long a service that was told to end waits for a reader that may be stuck. */
const LAST_WORDS_MS = 1000;

/** What happens to the engine at the end; see the options. */
const AT_END = ['shutdown', 'wait', 'leave'] as const;

interface Checked {
  atEnd: (typeof AT_END)[number];
  graceMs: number | undefined;
  maxLineBytes: number;
  signal: AbortSignal | undefined;
}

function checked(options: unknown): Checked {
  const fields = asObject('options', options);
  refuseUnknown('options', fields, ['atEnd', 'graceMs', 'maxLineBytes', 'signal']);
  const maxLineBytes = optional(asNumber, 'options.maxLineBytes', fields.maxLineBytes);
  if (maxLineBytes !== undefined && !(maxLineBytes >= LEAST_MAX_LINE_BYTES)) {
    throw outOfRange('options.maxLineBytes', `>= ${LEAST_MAX_LINE_BYTES}`, maxLineBytes);
  }
  return {
    atEnd: asOneOf('options.atEnd', fields.atEnd ?? 'shutdown', AT_END),
    graceMs: graceOption({ graceMs: fields.graceMs }),
    maxLineBytes: maxLineBytes ?? MAX_LINE_BYTES,
    signal: signalOption({ signal: fields.signal }),
  };
}

function checkStreams(streams: unknown): void {
  const { readable, writable } = asObject('streams', streams);
  if (!isReadable(readable)) {
    throw wrongType('streams.readable', 'an instance of Readable', readable);
  }
  if (!isWritable(writable)) {
    throw wrongType('streams.writable', 'an instance of Writable', writable);
  }
}

/**
 * Serves `engine` over a pair of streams, until the other side ends its part, or nobody reads any
 * more. See `docs/bridge.md` for what it understands and says.
 *
 * @returns why it has ended, when everything is written and, unless `atEnd` is `'leave'`, the engine
 * has ended
 * @throws a `TypeError` or `RangeError` for options that make no sense
 * @example
 * ```ts
 * net.createServer({ allowHalfOpen: true }, async (socket) => {
 *   const engine = new ExecutionEngine();
 *   await serveBridge(engine, { readable: socket, writable: socket });
 *   socket.end();
 * }).listen('/run/user/1000/engine.sock');
 * ```
 */
export async function serveBridge(
  engine: ExecutionEngine,
  streams: { readable: Readable; writable: Writable },
  options: ServeBridgeOptions = {},
): Promise<BridgeEnd> {
  const { atEnd, graceMs, maxLineBytes, signal } = checked(options);
  checkStreams(streams);
  const isEngineShared = atEnd === 'leave';
  const session = new Session(engine, streams, { maxLineBytes, isEngineShared });
  const abort = (): void => session.stop('aborted');
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  await session.run();
  // Whoever stops it now does not wait for what runs.
  if (atEnd === 'wait') await Promise.race([idle(engine), session.stopped.wait()]);
  if (isEngineShared) {
    await Promise.race([session.answered(), session.stopped.wait()]);
  } else {
    await session.endEngine(graceMs);
    await session.answered();
  }
  const lastWords = session.flushed();
  await (session.end === 'aborted'
    ? Promise.race([lastWords, sleep(LAST_WORDS_MS, undefined, { ref: false })])
    : lastWords);
  signal?.removeEventListener('abort', abort);
  session.close();
  return session.end;
}

/** An engine that is closed is idle too. */
async function idle(engine: ExecutionEngine): Promise<void> {
  await engine.onIdle().catch(() => undefined);
}
