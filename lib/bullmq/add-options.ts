/** The check of the options of `add()`. The data of a job that is in the store already is checked by the same rules. Pure. */

import type { AddOptions, FleetBackoff, RetryOn } from '../../types/bullmq';
import { asBoolean, asString, optional, wrongType, wrongValue } from '../core/index';
import { LONGEST_DELAY_MS, LONGEST_KEY } from './bounds';
import {
  asIntegerIn,
  asWord,
  copyOf,
  copyOfList,
  numberIn,
  optionsOf,
  shown,
  textWithin,
} from './checks';

const ADD_FIELDS = [
  ...['key', 'attempts', 'backoff', 'retryOn', 'idempotent', 'delay', 'deduplicationId'],
  'secretRefs',
];

/** A key, or the id of a deduplication. */
export const asLabel = textWithin(LONGEST_KEY);

export function addOptions(options: AddOptions | undefined): AddOptions {
  const known = optionsOf('options', options, ADD_FIELDS);
  return {
    key: optional(asLabel, 'options.key', known.key),
    attempts: optional(numberIn(1, 1000), 'options.attempts', known.attempts),
    backoff: optional(asBackoff, 'options.backoff', known.backoff),
    retryOn: optional(asRetryOn, 'options.retryOn', known.retryOn),
    idempotent: optional(asBoolean, 'options.idempotent', known.idempotent),
    delay: optional(numberIn(0, LONGEST_DELAY_MS), 'options.delay', known.delay),
    deduplicationId: optional(asLabel, 'options.deduplicationId', known.deduplicationId),
    secretRefs: optional(asSecretRefs, 'options.secretRefs', known.secretRefs),
  };
}

function asBackoff(name: string, value: unknown): FleetBackoff {
  const { type, delay } = optionsOf(name, copyOf(name, value), ['type', 'delay']);
  return {
    type: asWord(`${name}.type`, type, ['fixed', 'exponential']),
    delay: asIntegerIn(`${name}.delay`, delay, 0, 86_400_000),
  };
}

const RETRY_ON = "'launch', 'timeout' or an integer from 1 to 255";

export function asRetryOn(name: string, value: unknown): RetryOn[] {
  return copyOfList(name, value).map((entry, index) => {
    const place = `${name}[${index}]`;
    if (typeof entry === 'number') return asIntegerIn(place, entry, 1, 255);
    if (entry === 'launch' || entry === 'timeout') return entry;
    if (typeof entry !== 'string') throw wrongType(place, RETRY_ON, entry);
    throw wrongValue(place, `must be ${RETRY_ON}. ${shown(entry)}`);
  });
}

/** A variable of the environment. As a name of a property, `__proto__` would be none in most programs. */
const VARIABLE = /^(?!__proto__$)[^=\0]{1,256}$/;

export function asSecretRefs(name: string, value: unknown): Readonly<Record<string, string>> {
  const refs = copyOf(name, value);
  const checked = Object.entries(refs).map(([variable, reference]) => {
    if (!VARIABLE.test(variable)) {
      const allowed = "1 to 256 characters, without '=' and NUL, other than '__proto__'";
      throw wrongValue(name, `must have names of variables: ${allowed}. ${shown(variable)}`);
    }
    return [variable, asString(`${name}.${variable}`, reference)] as const;
  });
  return Object.fromEntries(checked);
}

/** The priority of a request, as that of BullMQ, where the lowest number is the first. */
export function asPriority(value: unknown, zero: number): number {
  return zero - asIntegerIn('request.priority', value ?? 0, zero - 2_000_000, zero - 1);
}
