/** What a job has: the request and how it is run, as JSON. Written by a queue, read and checked again by a worker. */

import type { AddOptions, RetryOn } from '../../types/bullmq';
import type { ExecutionRequest } from '../../types/request';
import {
  asBoolean,
  asPath,
  asPlainObject,
  checkedRequest,
  isRegExp,
  ownValue,
  toJson,
  wrongValue,
} from '../core/index';
import { asLabel, asRetryOn, asSecretRefs } from './add-options';
import { JOB_DATA_BYTES } from './bounds';
import { copyOf } from './checks';
import { FleetError } from './fleet-error';
import { DEFAULT_RETRY_ON } from './retry';

/** The data of a job. */
export interface JobData {
  readonly v: 1;
  readonly request: ExecutionRequest;
  readonly key: string | null;
  readonly idempotent: boolean;
  readonly retryOn: readonly RetryOn[];
  readonly secretRefs: Readonly<Record<string, string>> | null;
}

/** Fields of a request that a job cannot have, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  redact: 'would be stored: name the secrets in "secretRefs", which the worker resolves',
  capture: 'has no effect in a job: its output is stored, and redacted',
  id: 'is a new one for each attempt: the id of the job is in the tags "job" and "attempt"',
  key: 'is given in the options of add()',
  leaseMs: 'is set by the worker, from its "lockMs"',
};

function refuseForJobs(request: object): void {
  for (const [field, why] of Object.entries(REFUSED)) {
    if (ownValue(request, field) !== undefined) throw wrongValue(`request.${field}`, why);
  }
  if (ownValue(request, 'stdin') === 'pipe') {
    throw wrongValue('request.stdin', 'cannot be \'pipe\': a job has no writer. Use "input"');
  }
  const input = ownValue(request, 'input');
  if (input !== undefined && typeof input !== 'string') {
    throw wrongValue('request.input', 'must be a string in a job, which is stored as JSON');
  }
}

/**
 * The data of a new job.
 * @throws `TypeError` or `RangeError` for a request whose shape is wrong, or that a job cannot have; `ERR_JOB_DATA` above
 *   the limit. The engine of the worker checks the meaning
 */
export function jobData(given: ExecutionRequest, options: AddOptions): JobData {
  const request = copyOf('request', given) as unknown as ExecutionRequest;
  refuseForJobs(request);
  const data: JobData = {
    v: 1,
    request: plainRequest(request),
    key: options.key ?? null,
    idempotent: options.idempotent ?? false,
    retryOn: options.retryOn ?? DEFAULT_RETRY_ON,
    secretRefs: options.secretRefs ?? null,
  };
  const text = toJson('request', data);
  checkedRequest(data.request);
  refuseInexact('request', { ...data.request, metadata: undefined });
  const stored = JSON.parse(text) as JobData;
  checkedRequest(stored.request);
  const bytes = Buffer.byteLength(text);
  if (bytes <= JOB_DATA_BYTES) return stored;
  throw new FleetError(
    'ERR_JOB_DATA',
    `The job has ${bytes} bytes. It must have at most ${JOB_DATA_BYTES}: put large inputs into a file or an object store`,
  );
}

/** What JSON would lose in another form: paths and patterns as text, removed variables as `null`, "never" as `false`. */
function plainRequest(request: ExecutionRequest): ExecutionRequest {
  const plain: ExecutionRequest = { ...request };
  if (isObject(plain.command)) {
    const command = copyOf('request.command', plain.command) as unknown as typeof plain.command;
    plain.command =
      command.type === 'script' && command.path !== undefined
        ? { ...command, path: asPath('request.command.path', command.path) }
        : command;
  }
  for (const field of ['workingDir', 'outputLogPath', 'recordPath'] as const) {
    const value = plain[field];
    if (value !== undefined) plain[field] = asPath(`request.${field}`, value);
  }
  if (isObject(plain.progress)) {
    const progress = copyOf('request.progress', plain.progress) as unknown as Progress;
    const { pattern, flags } = progress;
    plain.progress = (
      isRegExp(pattern) && flags === undefined
        ? { pattern: pattern.source, flags: pattern.flags }
        : progress
    ) as Exclude<ExecutionRequest['progress'], boolean>;
  }
  if (isObject(plain.env)) {
    const variables = Object.entries(copyOf('request.env', plain.env));
    plain.env = Object.fromEntries(
      variables.map(([name, value]) => [name, value === undefined ? null : value]),
    ) as NonNullable<ExecutionRequest['env']>;
  }
  if (plain.forceKillAfterDelayMs === Number.POSITIVE_INFINITY) plain.forceKillAfterDelayMs = false;
  return plain;
}

interface Progress {
  readonly pattern: unknown;
  readonly flags?: unknown;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** JSON has no such numbers. */
function refuseInexact(path: string, value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw wrongValue(path, `must be finite in a job, which is stored as JSON. Received ${value}`);
  }
  if (!isObject(value)) return;
  for (const [field, inner] of Object.entries(value)) {
    refuseInexact(Array.isArray(value) ? `${path}[${field}]` : `${path}.${field}`, inner);
  }
}

/** @throws `ERR_JOB_DATA` for a job that no queue of this package added, with what is wrong with it */
export function readJobData(value: unknown): JobData {
  try {
    return checkedData(value);
  } catch (error) {
    throw new FleetError(
      'ERR_JOB_DATA',
      `The job was not added by add() of a CommandQueue of this version. ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function checkedData(value: unknown): JobData {
  const { v, request, key, idempotent, retryOn, secretRefs } = asPlainObject('data', value);
  if (v !== 1)
    throw wrongValue('data.v', `must be 1. Received ${typeof v === 'number' ? v : typeof v}`);
  const known = asPlainObject('data.request', request) as unknown as ExecutionRequest;
  refuseForJobs(known);
  checkedRequest(known);
  return {
    v,
    request: known,
    key: key === null ? null : asLabel('data.key', key),
    idempotent: asBoolean('data.idempotent', idempotent),
    retryOn: asRetryOn('data.retryOn', retryOn),
    secretRefs: secretRefs === null ? null : asSecretRefs('data.secretRefs', secretRefs),
  };
}
