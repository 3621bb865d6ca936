/** Serves an engine to another process. */

import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BridgeEnd, PlanExecutor, ServeBridgeOptions } from '../../../types/bridge';
import {
  asBoolean,
  asInteger,
  asNumber,
  asObject,
  asOneOf,
  type ExecutionEngine,
  graceOption,
  onAbort,
  optional,
  outOfRange,
  ownFields,
  PATTERNS_NOT_ALLOWED,
  RAW_CAPTURE_NOT_ALLOWED,
  signalOption,
  wrongType,
} from '../../core/index';
import { isReadable, isWritable } from '../transport';
import { Session } from './session';

const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Each plan holds the results of its steps. */
const MAX_PLANS = 16;

/** With a lower limit even common requests would be rejected. */
export const MIN_MAX_LINE_BYTES = 1024;

/** After an abort: how long to wait for a reader that may be stuck. */
const FLUSH_TIMEOUT_MS = 1000;

const OPTIONS = [
  'atEnd',
  'graceMs',
  'maxLineBytes',
  'signal',
  'allowProgressPatterns',
  'allowRawCapture',
  'executePlan',
  'maxPlans',
] as const satisfies readonly (keyof ServeBridgeOptions)[];

/** The values of `atEnd`, see the options. */
const AT_END = ['shutdown', 'wait', 'leave'] as const;

interface CheckedOptions {
  atEnd: (typeof AT_END)[number];
  graceMs: number | undefined;
  maxLineBytes: number;
  signal: AbortSignal | undefined;
  patternRefusal: string | undefined;
  rawRefusal: string | undefined;
  execute: PlanExecutor | undefined;
  maxPlans: number;
}

/** What the caller's user must do to allow what is refused by default. */
export interface Refusals {
  readonly patterns: string;
  readonly rawCapture: string;
}

const REFUSALS: Refusals = { patterns: PATTERNS_NOT_ALLOWED, rawCapture: RAW_CAPTURE_NOT_ALLOWED };

function checkedOptions(options: unknown, why: Refusals): CheckedOptions {
  const fields = ownFields('options', options, OPTIONS);
  const maxLineBytes = optional(asNumber, 'options.maxLineBytes', fields.maxLineBytes);
  if (maxLineBytes !== undefined && !(maxLineBytes >= MIN_MAX_LINE_BYTES)) {
    throw outOfRange('options.maxLineBytes', `>= ${MIN_MAX_LINE_BYTES}`, maxLineBytes);
  }
  const allows = (name: 'allowProgressPatterns' | 'allowRawCapture'): boolean =>
    optional(asBoolean, `options.${name}`, fields[name]) ?? false;
  return {
    atEnd: asOneOf('options.atEnd', fields.atEnd ?? 'shutdown', AT_END),
    graceMs: graceOption({ graceMs: fields.graceMs }),
    maxLineBytes: maxLineBytes ?? MAX_LINE_BYTES,
    signal: signalOption({ signal: fields.signal }),
    patternRefusal: allows('allowProgressPatterns') ? undefined : why.patterns,
    rawRefusal: allows('allowRawCapture') ? undefined : why.rawCapture,
    execute: optional(asExecutor, 'options.executePlan', fields.executePlan),
    maxPlans: optional(asPlanLimit, 'options.maxPlans', fields.maxPlans) ?? MAX_PLANS,
  };
}

const asPlanLimit = (name: string, value: unknown): number => asInteger(name, value, 1);

function asExecutor(name: string, value: unknown): PlanExecutor {
  if (typeof value === 'function') return value as PlanExecutor;
  throw wrongType(name, 'of type function', value);
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
 * Serves `engine` over a pair of streams until the input ends, or the reader of the output is gone.
 * `docs/bridge.md` describes the protocol.
 *
 * @returns why the session has ended, after everything is written and, unless `atEnd` is `'leave'`,
 * the engine has ended
 * @throws a `TypeError` or `RangeError` for invalid options
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
  return await serve(engine, streams, options);
}

/** As {@link serveBridge}. */
export async function serve(
  engine: ExecutionEngine,
  streams: { readable: Readable; writable: Writable },
  options: ServeBridgeOptions,
  refusals: Refusals = REFUSALS,
): Promise<BridgeEnd> {
  const { atEnd, graceMs, signal, ...limits } = checkedOptions(options, refusals);
  checkStreams(streams);
  const isEngineShared = atEnd === 'leave';
  const session = new Session(engine, streams, { ...limits, isEngineShared });
  const abort = (): void => session.stop('aborted');
  const unsubscribe = signal && onAbort(signal, abort);
  await session.run();
  // A stop ends the wait for running executions.
  if (atEnd === 'wait') await Promise.race([idle(engine, session), session.stopped.wait()]);
  if (isEngineShared) {
    await Promise.race([session.answered(), session.stopped.wait()]);
  } else {
    await session.endEngine(graceMs);
    await session.answered();
  }
  const flushed = session.flushed();
  await (session.end === 'aborted'
    ? Promise.race([flushed, sleep(FLUSH_TIMEOUT_MS, undefined, { ref: false })])
    : flushed);
  unsubscribe?.();
  session.close();
  return session.end;
}

/** Between the steps of a plan nothing runs. Resolves for a closed engine too. */
async function idle(engine: ExecutionEngine, session: Session): Promise<void> {
  await session.plans.idle();
  await engine.onIdle().catch(() => undefined);
}
