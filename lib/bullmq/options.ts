/** Checks of the options of queues and workers. */

import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import type {
  CommandQueueOptions,
  CommandWorkerOptions,
  FleetConnection,
} from '../../types/bullmq';
import type { ExecutionConfig } from '../../types/config';
import { asInteger, optional, outOfRange, wrongType, wrongValue } from '../core/index';
import { LONGEST_KEY, MOST_TAIL_BYTES } from './bounds';
import { asFunction, asName, asWord, copyOf, numberIn, optionsOf, textWithin } from './checks';
import { asConnection } from './connection-option';
import { graceOf, leaseOf, leastLockMs, longestGrace } from './lease';

export interface SharedSettings {
  readonly connection: FleetConnection;
  readonly prefix: string;
  readonly report: (error: unknown) => void;
}

function sharedSettings(known: Readonly<Record<string, unknown>>): SharedSettings {
  const onError = optional(asFunction<(error: Error) => void>, 'options.onError', known.onError);
  return {
    connection: asConnection(known.connection),
    prefix: optional(asName, 'options.prefix', known.prefix) ?? 'bull',
    report: reporter(onError),
  };
}

/** What the listener throws has nowhere to go, and must not change how a job ends. */
function reporter(onError: ((error: Error) => void) | undefined): (error: unknown) => void {
  return (error) => {
    try {
      onError?.(error instanceof Error ? error : new Error(inspect(error)));
    } catch {}
  };
}

export interface QueueSettings extends SharedSettings {
  readonly eventsMaxLen: number;
  readonly kept: { readonly count: number; readonly age: number };
}

const QUEUE_FIELDS = ['connection', 'prefix', 'onError', 'eventsMaxLen', 'retention'];
const MOST_KEPT = 1_000_000_000;

export function queueSettings(options: CommandQueueOptions): QueueSettings {
  const known = optionsOf('options', copyOf('options', options), QUEUE_FIELDS);
  const { count, ageSecs } = optionsOf('options.retention', known.retention, ['count', 'ageSecs']);
  const kept = numberIn(0, MOST_KEPT);
  return {
    ...sharedSettings(known),
    eventsMaxLen:
      optional(numberIn(1, 1_000_000), 'options.eventsMaxLen', known.eventsMaxLen) ?? 1000,
    kept: {
      count: optional(kept, 'options.retention.count', count) ?? 1000,
      age: optional(kept, 'options.retention.ageSecs', ageSecs) ?? 86_400,
    },
  };
}

export interface WorkerSettings extends SharedSettings {
  readonly concurrency: number;
  readonly name: string;
  readonly lockMs: number;
  readonly drainMs: number;
  readonly authorize: CommandWorkerOptions['authorize'];
  readonly resolveSecrets: CommandWorkerOptions['resolveSecrets'];
  readonly keyLimit: (key: string) => number;
  readonly onLost: 'fail' | 'again';
  readonly live: { readonly bytes: number; readonly flushMs: number } | undefined;
  readonly tailBytes: number;
  readonly ledgerDir: string | undefined;
  readonly onFinished: CommandWorkerOptions['onFinished'];
}

const WORKER_FIELDS = [
  ...['connection', 'prefix', 'onError', 'concurrency', 'name', 'lockMs', 'drainMs', 'authorize'],
  ...['resolveSecrets', 'keyLimit', 'onLost', 'live', 'tailBytes', 'ledgerDir', 'onFinished'],
];

export function workerSettings(
  options: CommandWorkerOptions,
  config: Readonly<ExecutionConfig>,
): WorkerSettings {
  const known = optionsOf('options', copyOf('options', options), WORKER_FIELDS);
  const number = (field: string, least: number, most: number): number | undefined =>
    optional(numberIn(least, most), `options.${field}`, known[field]);
  const hook = <F>(field: string): F | undefined =>
    optional(asFunction<F>, `options.${field}`, known[field]);
  refuseQueue(config);
  const most = config.maxConcurrentExecutions;
  const lockMs = number('lockMs', 3000, MOST_LOCK_MS) ?? 60_000;
  refuseLongGrace(lockMs, graceOf({}, config));
  return {
    ...sharedSettings(known),
    concurrency: number('concurrency', 1, most) ?? Math.min(16, most),
    name:
      optional(textWithin(LONGEST_KEY), 'options.name', known.name) ??
      `${hostname()}:${process.pid}`,
    lockMs,
    drainMs: number('drainMs', 0, 86_400_000) ?? 25_000,
    authorize: hook('authorize'),
    resolveSecrets: hook('resolveSecrets'),
    keyLimit: checkedLimit(hook('keyLimit')),
    onLost: known.onLost === undefined ? 'fail' : asWord('options.onLost', known.onLost, ON_LOST),
    live: asLive(known.live),
    tailBytes: number('tailBytes', 0, MOST_TAIL_BYTES) ?? 4096,
    ledgerDir: optional(asDirectory, 'options.ledgerDir', known.ledgerDir),
    onFinished: hook('onFinished'),
  };
}

const MOST_LOCK_MS = 3_600_000;
const ON_LOST = ['fail', 'again'] as const;

function refuseQueue({ maxQueuedExecutions }: Readonly<ExecutionConfig>): void {
  if (maxQueuedExecutions === 0) return;
  throw wrongValue(
    'engine.config.maxQueuedExecutions',
    `must be 0: commands wait in the store. Received ${maxQueuedExecutions}`,
  );
}

/** A command that has no grace period of its own would be refused by this worker, whatever it is. */
function refuseLongGrace(lockMs: number, graceMs: number): void {
  if (leaseOf(lockMs, graceMs) !== undefined) return;
  const least = leastLockMs(graceMs);
  if (least > MOST_LOCK_MS) {
    const most = longestGrace(MOST_LOCK_MS);
    throw outOfRange('engine.config: the grace period', `at most ${most} ms`, graceMs);
  }
  const why = `for the grace period of the engine, which is ${graceMs} ms`;
  throw outOfRange('options.lockMs', `at least ${least} ${why}`, lockMs);
}

/** Absolute: the working directory may change before the first job. */
const asDirectory = (name: string, value: unknown): string =>
  resolve(textWithin(4096)(name, value));

function checkedLimit(given: ((key: string) => unknown) | undefined): (key: string) => number {
  if (given === undefined) return () => 1;
  return (key) => asInteger('options.keyLimit()', given(key), 1);
}

function asLive(value: unknown): WorkerSettings['live'] {
  if (value === false) return undefined;
  if (value !== undefined && (typeof value !== 'object' || value === null)) {
    throw wrongType('options.live', 'of type object or false', value);
  }
  const { bytes, flushMs } = optionsOf('options.live', value, ['bytes', 'flushMs']);
  return {
    bytes: optional(numberIn(1024, 1_048_576), 'options.live.bytes', bytes) ?? 262_144,
    flushMs: optional(numberIn(10, 60_000), 'options.live.flushMs', flushMs) ?? 250,
  };
}
