/** What a job has: the request and how it is run, as JSON. Written by a queue, read and checked again by a worker. */

import type { AddOptions, RetryOn } from '../../types/bullmq';
import type { ExecutionRequest } from '../../types/request';
import { asPath, isPlainObject, isRegExp, ownValue, toJson, wrongValue } from '../core/index';
import { JOB_DATA_BYTES } from './bounds';
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
  id: 'is a new one for each attempt: the id of the job is in the tags "job" and "attempt"',
  key: 'is given in the options of add()',
  leaseMs: 'is set by the worker, from its "lockMs"',
};

/** Checks what only a job refuses, and returns its data. The engine of the worker checks the rest. */
export function jobData(request: ExecutionRequest, options: AddOptions): JobData {
  for (const [field, why] of Object.entries(REFUSED)) {
    if (ownValue(request, field) !== undefined) throw wrongValue(`request.${field}`, why);
  }
  if (request.stdin === 'pipe') {
    throw wrongValue('request.stdin', 'cannot be \'pipe\': a job has no writer. Use "input"');
  }
  const { input } = request;
  if (input !== undefined && typeof input !== 'string') {
    throw wrongValue('request.input', 'must be a string in a job, which is stored as JSON');
  }
  const data: JobData = {
    v: 1,
    request: plainRequest(request),
    key: options.key ?? null,
    idempotent: options.idempotent ?? false,
    retryOn: options.retryOn ?? DEFAULT_RETRY_ON,
    secretRefs: options.secretRefs ?? null,
  };
  const bytes = Buffer.byteLength(toJson('request', data));
  if (bytes <= JOB_DATA_BYTES) return data;
  throw new FleetError(
    'ERR_JOB_DATA',
    `The job has ${bytes} bytes. It must have at most ${JOB_DATA_BYTES}: put large inputs into a file or an object store`,
  );
}

/** Paths as text, and patterns as their source: what JSON would lose. */
function plainRequest(request: ExecutionRequest): ExecutionRequest {
  const plain: ExecutionRequest = { ...request, command: { ...request.command } };
  const { command, progress } = plain;
  if (command.type === 'script') command.path = asPath('request.command.path', command.path);
  for (const field of ['workingDir', 'outputLogPath', 'recordPath'] as const) {
    const value = plain[field];
    if (value !== undefined) plain[field] = asPath(`request.${field}`, value);
  }
  if (typeof progress === 'object' && isRegExp(progress.pattern)) {
    plain.progress = { pattern: progress.pattern.source, flags: progress.pattern.flags };
  }
  return plain;
}

/** @throws `ERR_JOB_DATA` for a job that no queue of this package added */
export function readJobData(value: unknown): JobData {
  const data = value as Partial<JobData> | null;
  const isOne =
    typeof data === 'object' &&
    data !== null &&
    data.v === 1 &&
    typeof data.request === 'object' &&
    isPlainObject(data.request) &&
    (data.key === null || typeof data.key === 'string') &&
    typeof data.idempotent === 'boolean' &&
    Array.isArray(data.retryOn) &&
    (data.secretRefs === null ||
      (typeof data.secretRefs === 'object' && isPlainObject(data.secretRefs as object)));
  const isRefused =
    isOne && Object.keys(REFUSED).some((field) => ownValue(data.request, field) !== undefined);
  if (isOne && !isRefused) return data as JobData;
  throw new FleetError(
    'ERR_JOB_DATA',
    'The job was not added by add() of a CommandQueue of this version',
  );
}
