/** What the hooks of a worker get: nothing that they change is run. */

import { attemptRequest } from '../../../lib/bullmq/attempt-request';
import { jobData } from '../../../lib/bullmq/job-data';
import { workerSettings } from '../../../lib/bullmq/options';
import type { CommandJob, CommandWorkerOptions } from '../../../types/bullmq';
import type { ExecutionConfig } from '../../../types/config';

const config = {
  maxConcurrentExecutions: 4,
  maxQueuedExecutions: 0,
  forceKillAfterDelayMs: 5000,
} as ExecutionConfig;
const job: CommandJob = { id: 'job', queue: 'ops', attempt: 1, key: 'k' };
const command = { type: 'exec', program: 'true', args: ['a'] } as const;
const data = jobData({ command: { ...command, args: ['a'] } }, { secretRefs: { A: 'ref' } });

const requestFor = (hooks: Partial<CommandWorkerOptions>, errors: Error[] = []) =>
  attemptRequest(
    data,
    job,
    workerSettings({ connection: {}, onError: (error) => errors.push(error), ...hooks }, config),
    config,
  );

const secrets = (): Record<string, string> => ({ A: 'value' });

test.each<[string, Partial<CommandWorkerOptions>]>([
  [
    'the program',
    { authorize: ({ command }) => Object.assign(command, { program: 'rm' }) && true },
  ],
  [
    'an argument',
    {
      authorize: ({ command }) =>
        Object.assign((command as unknown as { args: string[] }).args, ['b']) && true,
    },
  ],
  ['a field', { authorize: (request) => Object.assign(request, { timeoutMs: 1 }) && true }],
  ['the key', { authorize: (_request, given) => Object.assign(given, { key: 'x' }) && true }],
])('authorize() cannot change %s: the command is refused', async (_what, hooks) => {
  const errors: Error[] = [];
  await expect(requestFor({ resolveSecrets: secrets, ...hooks }, errors)).rejects.toMatchObject({
    code: 'ERR_REFUSED',
  });
  expect(errors).toEqual([expect.any(TypeError)]);
  expect(data.request.command).toEqual(command);
});

test('resolveSecrets() cannot change the references', async () => {
  const resolveSecrets: CommandWorkerOptions['resolveSecrets'] = (refs) =>
    Object.assign(refs, { A: 'value' });
  await expect(requestFor({ resolveSecrets })).rejects.toMatchObject({ code: 'ERR_SECRETS' });
});

test('a request that both hooks accept runs as it was added, with its secrets', async () => {
  const seen: unknown[] = [];
  const request = await requestFor({
    authorize: (given, about) => seen.push(given, about) === 2,
    resolveSecrets: secrets,
  });
  expect(seen).toEqual([data.request, job]);
  expect(request).toMatchObject({ command, key: 'k', env: { A: 'value' }, redact: ['value'] });
});
