/** What of this thread and process concerns the commands it runs. */

import type * as threads from 'node:worker_threads';

let isWorker: boolean | undefined;

/**
 * `NAME=value` entries to inherit; `undefined` on the main thread, where the native engine reads
 * the environment itself. The `process.env` of a Worker is a copy that nobody else sees.
 */
export function inheritedEnv(): string[] | undefined {
  isWorker ??= !(require('node:worker_threads') as typeof threads).isMainThread;
  if (!isWorker) return undefined;
  return Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
}

/** Under Node's permission model the addon would get around `--allow-child-process`. */
export function checkPermission(): void {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  if (permission?.has('child') !== false) return;
  // As Node's own: `resource` is what was asked for, where there is a choice.
  const cure = 'Use --allow-child-process to manage permissions.';
  const error = new Error(`Access to this API has been restricted. ${cure}`);
  throw Object.assign(error, {
    code: 'ERR_ACCESS_DENIED',
    permission: 'ChildProcess',
    resource: '',
  });
}
