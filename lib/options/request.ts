/** A request: its shape is checked here, its meaning by the engine. */

import type * as crypto from 'node:crypto';
import type { NativeRequest } from '../../types/native';
import type { ExecutionMetadata } from '../../types/request';
import { ExecutionError } from '../errors';
import { signalNumber } from '../signals';
import {
  asBoolean,
  asData,
  asId,
  asNumber,
  asObject,
  asOneOf,
  asPath,
  asString,
  optional,
  outOfRange,
  unknownSignal,
  wrongSecretType,
  wrongType,
  wrongValue,
} from './checks';
import { normalCommand } from './command';
import { isSecrets, SECRETS, STRATEGIES } from './config-rules';
import { asLimits, asUmask, limitFields } from './limits';
import { refuseUnknown } from './names';
import { asProgress, type ProgressRule } from './progress';

const FIELDS: readonly string[] = [
  'id',
  'command',
  'env',
  'extendEnv',
  'workingDir',
  'timeoutMs',
  'idleTimeoutMs',
  'outputLogPath',
  'input',
  'stdin',
  'killSignal',
  'forceKillAfterDelayMs',
  'maxOutputSizeBytes',
  'oversizedOutputStrategy',
  'mergeStderr',
  'priority',
  'redact',
  'limits',
  'umask',
  'metadata',
  'progress',
];

const STDIN = ['pipe', 'ignore'] as const;

let randomUuid: typeof crypto.randomUUID | undefined;

export function randomId(): string {
  randomUuid ??= (require('node:crypto') as typeof crypto).randomUUID;
  return randomUuid();
}

/** Signals that can be sent: a name or a number of this platform. */
export function asSignal(name: string, value: unknown): number {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw wrongType(name, 'of type string or number', value);
  }
  const number = signalNumber(value);
  if (number === undefined) throw unknownSignal(value);
  return number;
}

/** As {@link asSignal}, and 0, which sends nothing and only asks whether there is a process. */
export function asAnySignal(name: string, value: unknown): number {
  return value === 0 ? 0 : asSignal(name, value);
}

function asDelay(name: string, value: unknown): number {
  if (value === false) return Number.POSITIVE_INFINITY;
  if (typeof value !== 'number') throw wrongType(name, 'of type number or false', value);
  if (!(value >= 0)) throw outOfRange(name, '>= 0', value);
  return value;
}

function asSize(name: string, value: unknown): number {
  const size = asNumber(name, value);
  if (!Number.isSafeInteger(size) || size < 0) throw outOfRange(name, 'an integer >= 0', value);
  return size;
}

function asPriority(name: string, value: unknown): number {
  const priority = asNumber(name, value);
  if (!Number.isFinite(priority)) throw outOfRange(name, 'a finite number', value);
  return priority;
}

/** Never shows what it got. How long they have to be is the engine's to say. */
function asSecrets(name: string, value: unknown): readonly string[] {
  if (isSecrets(value)) return [...value];
  throw wrongSecretType(name, SECRETS);
}

/** `name, value, name, value, …`; `null` removes. */
function asEnv(name: string, value: unknown): (string | null)[] {
  const env = asObject(name, value);
  const flat: (string | null)[] = [];
  for (const key of Object.keys(env)) {
    const entry = env[key];
    if (entry !== null && entry !== undefined && typeof entry !== 'string') {
      throw wrongType(`${name}.${key}`, 'of type string, null or undefined', entry);
    }
    flat.push(key, entry ?? null);
  }
  return flat;
}

/** The metadata as JSON text, taken at once: what the caller changes later is not seen. */
function asMetadata(name: string, value: unknown): { text: string; tags: string[] } {
  const metadata = asObject(name, value) as ExecutionMetadata;
  optional(asString, `${name}.source`, metadata.source);
  optional(asString, `${name}.conversationId`, metadata.conversationId);
  const tags: string[] = [];
  if (metadata.tags !== undefined) {
    for (const [key, tag] of Object.entries(asObject(`${name}.tags`, metadata.tags))) {
      tags.push(key, `${key}=${asString(`${name}.tags.${key}`, tag)}`);
    }
  }
  return { text: toJson(name, metadata), tags };
}

function toJson(name: string, value: object): string {
  let cause: unknown;
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text?.startsWith('{')) return text;
  } catch (error) {
    cause = error;
  }
  const why = cause instanceof Error ? (cause.message.split('\n')[0] as string) : 'no JSON object';
  const message = `Serialization error: "${name}": ${why}`;
  throw new ExecutionError('ERR_SERIALIZATION', message, { cause });
}

/** A request in its native form, and what of it concerns JavaScript alone. */
export interface NormalRequest extends NativeRequest {
  progressRule: ProgressRule | undefined;
}

/** Checks the shape of a request and gives its native form, without the inherited environment. */
export function normalRequest(value: unknown): NormalRequest {
  const request = asObject('request', value);
  refuseUnknown('request', request, FIELDS);
  const field = <T>(check: (name: string, value: unknown) => T, name: string): T | undefined =>
    optional(check, `request.${name}`, request[name]);

  const stdin = field((name, given) => asOneOf(name, given, STDIN), 'stdin');
  const input = field(asData, 'input');
  if (input !== undefined && stdin !== undefined) {
    throw wrongValue('request.input', `cannot be used together with stdin: '${stdin}'`);
  }
  const metadata = field(asMetadata, 'metadata');
  const progressRule = field(asProgress, 'progress');
  return {
    id: field(asId, 'id') ?? randomId(),
    command: normalCommand(request.command),
    env: field(asEnv, 'env'),
    extendEnv: field(asBoolean, 'extendEnv') ?? true,
    inheritedEnv: undefined,
    workingDir: field(asPath, 'workingDir'),
    timeoutMs: field(asNumber, 'timeoutMs'),
    idleTimeoutMs: field(asNumber, 'idleTimeoutMs'),
    outputLogPath: field(asPath, 'outputLogPath'),
    stdin: input === undefined ? (stdin ?? 'ignore') : 'input',
    input,
    killSignal: field(asSignal, 'killSignal'),
    forceKillAfterDelayMs: field(asDelay, 'forceKillAfterDelayMs'),
    maxOutputSizeBytes: field(asSize, 'maxOutputSizeBytes'),
    oversizedOutputStrategy: field(
      (name, given) => asOneOf(name, given, STRATEGIES),
      'oversizedOutputStrategy',
    ),
    mergeStderr: field(asBoolean, 'mergeStderr') ?? false,
    priority: field(asPriority, 'priority') ?? 0,
    metadata: metadata?.text,
    tags: metadata?.tags,
    redact: field(asSecrets, 'redact'),
    limits: limitFields(field(asLimits, 'limits')),
    umask: field(asUmask, 'umask'),
    watch: false,
    progress: progressRule !== undefined,
    progressRule,
  };
}
