/** Checks of the options of queues and workers. */

import { hostname } from 'node:os';
import { inspect } from 'node:util';
import type {
  AddOptions,
  CommandQueueOptions,
  CommandWorkerOptions,
  FleetBackoff,
  FleetConnection,
  FleetPostgres,
  RetryOn,
} from '../../types/bullmq';
import type { ExecutionConfig } from '../../types/config';
import {
  asArray,
  asBoolean,
  asInteger,
  asOneOf,
  asPlainObject,
  asString,
  optional,
  outOfRange,
  ownFields,
  refuseUnknown,
  wrongType,
  wrongValue,
} from '../core/index';
import { LONGEST_KEY, MOST_TAIL_BYTES } from './bounds';

/** An integer within both bounds. */
function asIntegerIn(name: string, value: unknown, least: number, most: number): number {
  const number = asInteger(name, value, least);
  if (number <= most) return number;
  throw outOfRange(name, `an integer from ${least} to ${most}`, value);
}

const numberIn =
  (least: number, most: number) =>
  (name: string, value: unknown): number =>
    asIntegerIn(name, value, least, most);

function aFunction<F>(name: string, value: unknown): F | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'function') return value as F;
  throw wrongType(name, 'of type function', value);
}

/** Of a queue or its prefix. BullMQ joins them with colons. */
export function asName(name: string, value: unknown): string {
  const text = asString(name, value);
  if (/^[^:]{1,128}$/.test(text)) return text;
  throw wrongValue(name, `must have 1 to 128 characters, without ':'. Received '${text}'`);
}

export const isPostgres = (connection: FleetConnection): connection is FleetPostgres =>
  'postgres' in connection;

const REDIS_FIELDS = ['host', 'port', 'db', 'username', 'password', 'tls'];

function asConnection(value: unknown): FleetConnection {
  const connection = asPlainObject('options.connection', value);
  if ('postgres' in connection) {
    refuseUnknown('options.connection', connection, ['postgres']);
    return { postgres: asString('options.connection.postgres', connection.postgres) };
  }
  refuseUnknown('options.connection', connection, REDIS_FIELDS);
  optional(numberIn(1, 65_535), 'options.connection.port', connection.port);
  optional(asString, 'options.connection.host', connection.host);
  return { ...connection } as FleetConnection;
}

export interface SharedSettings {
  readonly connection: FleetConnection;
  readonly prefix: string;
  readonly report: (error: unknown) => void;
}

function sharedSettings(known: Readonly<Record<string, unknown>>): SharedSettings {
  const onError = aFunction<(error: Error) => void>('options.onError', known.onError);
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

export function queueSettings(options: CommandQueueOptions): QueueSettings {
  const known = ownFields('options', asPlainObject('options', options), [
    'connection',
    'prefix',
    'onError',
    'eventsMaxLen',
    'retention',
  ]);
  const retention = ownFields('options.retention', known.retention, ['count', 'ageSecs']);
  const least = numberIn(0, Number.MAX_SAFE_INTEGER);
  return {
    ...sharedSettings(known),
    eventsMaxLen:
      optional(numberIn(1, 1_000_000), 'options.eventsMaxLen', known.eventsMaxLen) ?? 1000,
    kept: {
      count: optional(least, 'options.retention.count', retention.count) ?? 1000,
      age: optional(least, 'options.retention.ageSecs', retention.ageSecs) ?? 86_400,
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
  const known = ownFields('options', asPlainObject('options', options), WORKER_FIELDS);
  const most = config.maxConcurrentExecutions;
  if (config.maxQueuedExecutions !== 0) {
    throw wrongValue(
      'engine.config.maxQueuedExecutions',
      `must be 0: commands wait in the store. Received ${config.maxQueuedExecutions}`,
    );
  }
  return {
    ...sharedSettings(known),
    concurrency:
      optional(numberIn(1, most), 'options.concurrency', known.concurrency) ?? Math.min(16, most),
    name: optional(asString, 'options.name', known.name) ?? `${hostname()}:${process.pid}`,
    lockMs: optional(numberIn(3000, 3_600_000), 'options.lockMs', known.lockMs) ?? 60_000,
    drainMs: optional(numberIn(0, 86_400_000), 'options.drainMs', known.drainMs) ?? 25_000,
    authorize: aFunction('options.authorize', known.authorize),
    resolveSecrets: aFunction('options.resolveSecrets', known.resolveSecrets),
    keyLimit: checkedLimit(aFunction('options.keyLimit', known.keyLimit)),
    onLost:
      known.onLost === undefined
        ? 'fail'
        : asOneOf('options.onLost', known.onLost, ['fail', 'again']),
    live: asLive(known.live),
    tailBytes: optional(numberIn(0, MOST_TAIL_BYTES), 'options.tailBytes', known.tailBytes) ?? 4096,
    ledgerDir: optional(asString, 'options.ledgerDir', known.ledgerDir),
    onFinished: aFunction('options.onFinished', known.onFinished),
  };
}

function checkedLimit(given: ((key: string) => unknown) | undefined): (key: string) => number {
  if (given === undefined) return () => 1;
  return (key) => asInteger('options.keyLimit()', given(key), 1);
}

function asLive(value: unknown): WorkerSettings['live'] {
  if (value === false) return undefined;
  const { bytes, flushMs } = ownFields('options.live', value, ['bytes', 'flushMs']);
  return {
    bytes: optional(numberIn(1024, 1_048_576), 'options.live.bytes', bytes) ?? 262_144,
    flushMs: optional(numberIn(10, 60_000), 'options.live.flushMs', flushMs) ?? 250,
  };
}

const ADD_FIELDS = [
  ...['key', 'attempts', 'backoff', 'retryOn', 'idempotent', 'delay', 'deduplicationId'],
  'secretRefs',
];

function asLabel(name: string, value: unknown): string {
  const text = asString(name, value);
  if (text !== '' && text.length <= LONGEST_KEY) return text;
  throw wrongValue(name, `must have 1 to ${LONGEST_KEY} characters. Received ${text.length}`);
}

export function addOptions(options: AddOptions | undefined): AddOptions {
  const known = ownFields('options', options, ADD_FIELDS);
  const key = optional(asLabel, 'options.key', known.key);
  return {
    key,
    attempts: optional(numberIn(1, 1000), 'options.attempts', known.attempts),
    backoff: optional(asBackoff, 'options.backoff', known.backoff),
    retryOn: optional(asRetryOn, 'options.retryOn', known.retryOn),
    idempotent: optional(asBoolean, 'options.idempotent', known.idempotent),
    delay: optional(numberIn(0, Number.MAX_SAFE_INTEGER), 'options.delay', known.delay),
    deduplicationId: optional(asLabel, 'options.deduplicationId', known.deduplicationId),
    secretRefs: optional(asSecretRefs, 'options.secretRefs', known.secretRefs),
  };
}

function asBackoff(name: string, value: unknown): FleetBackoff {
  const backoff = ownFields(name, asPlainObject(name, value), ['type', 'delay']);
  return {
    type: asOneOf(`${name}.type`, backoff.type, ['fixed', 'exponential']),
    delay: asIntegerIn(`${name}.delay`, backoff.delay, 0, 86_400_000),
  };
}

function asRetryOn(name: string, value: unknown): RetryOn[] {
  return asArray(name, value).map((entry, index) => {
    if (typeof entry === 'number') return asIntegerIn(`${name}[${index}]`, entry, 1, 255);
    return asOneOf(`${name}[${index}]`, entry, ['launch', 'timeout'] as const);
  });
}

function asSecretRefs(name: string, value: unknown): Readonly<Record<string, string>> {
  const refs = asPlainObject(name, value);
  return Object.fromEntries(
    Object.keys(refs).map((variable) => [
      variable,
      asString(`${name}.${variable}`, refs[variable]),
    ]),
  );
}

/** The priority of a request, as that of BullMQ, where the lowest number is the first. */
export function asPriority(value: unknown, zero: number): number {
  return zero - asIntegerIn('request.priority', value ?? 0, zero - 2_000_000, zero - 1);
}
