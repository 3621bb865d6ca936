/** The request to the engine for one attempt of a job: with an id, a lease, tags and the secrets. */

import type { CommandJob } from '../../types/bullmq';
import type { ExecutionConfig } from '../../types/config';
import type { ExecutionRequest } from '../../types/request';
import { isPlainObject, randomId } from '../core/index';
import { frozenCopy } from './checks';
import { FleetError } from './fleet-error';
import type { JobData } from './job-data';
import { graceOf, leaseOf, longestGrace } from './lease';
import type { WorkerSettings } from './options';

/** @throws `FleetError` if the command may not run here */
export async function attemptRequest(
  { request, secretRefs }: JobData,
  job: CommandJob,
  settings: WorkerSettings,
  config: Readonly<ExecutionConfig>,
): Promise<ExecutionRequest> {
  const leaseMs = leaseOf(settings.lockMs, graceOf(request, config));
  if (leaseMs === undefined) {
    const most = longestGrace(settings.lockMs);
    throw new FleetError(
      'ERR_REFUSED',
      `The grace period is too long for the lock of this worker: at most ${most} ms, or raise "lockMs"`,
    );
  }
  await authorize(frozenCopy(request), frozenCopy(job), settings);
  const secrets =
    secretRefs === null ? {} : await resolved(frozenCopy(secretRefs), frozenCopy(job), settings);
  const { metadata } = request;
  return {
    ...request,
    id: randomId(),
    leaseMs,
    ...(job.key === null ? {} : { key: job.key }),
    env: { ...request.env, ...secrets },
    redact: Object.values(secrets),
    metadata: {
      ...metadata,
      tags: { ...metadata?.tags, job: job.id, attempt: String(job.attempt), queue: job.queue },
    },
  };
}

/** It gets a copy: what it changes would run. What `authorize` throws is reported by the worker, and not stored: it may show what it compared. */
async function authorize(
  request: ExecutionRequest,
  job: CommandJob,
  settings: WorkerSettings,
): Promise<void> {
  try {
    if ((await (settings.authorize?.(request, job) ?? true)) === true) return;
  } catch (error) {
    settings.report(error);
  }
  throw new FleetError('ERR_REFUSED', 'The worker does not allow this command');
}

async function resolved(
  refs: Readonly<Record<string, string>>,
  job: CommandJob,
  settings: WorkerSettings,
): Promise<Record<string, string>> {
  const found = await asked(refs, job, settings);
  const secrets: Record<string, string> = {};
  for (const name of Object.keys(refs)) {
    const value = Object.hasOwn(found, name) ? found[name] : undefined;
    if (typeof value !== 'string' || value.trim().length < 4) {
      throw new FleetError(
        'ERR_SECRETS',
        `resolveSecrets must return a string of at least 4 characters for "${name}"`,
      );
    }
    secrets[name] = value;
  }
  return secrets;
}

/** The error of a vault is not stored either. */
async function asked(
  refs: Readonly<Record<string, string>>,
  job: CommandJob,
  settings: WorkerSettings,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const found: unknown = await settings.resolveSecrets?.(refs, job);
    if (typeof found === 'object' && found !== null && isPlainObject(found)) {
      const values = found as Readonly<Record<string, unknown>>;
      // Read here: a getter may throw too.
      return Object.fromEntries(
        Object.keys(refs)
          .filter((name) => Object.hasOwn(values, name))
          .map((name) => [name, values[name]]),
      );
    }
  } catch (error) {
    settings.report(error);
  }
  throw new FleetError(
    'ERR_SECRETS',
    'The secrets of the job could not be resolved on this worker',
  );
}
