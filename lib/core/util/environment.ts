/** Properties of this thread and process that commands depend on. */

import type * as util from 'node:util';
import type * as threads from 'node:worker_threads';
import { setAllOwn } from './own-property';

let isWorker: boolean | undefined;
/** The last `process.env`, and whether it is the environment that the native engine reads. */
let known: NodeJS.ProcessEnv | undefined;
let isKnownNative = false;

/**
 * The `NAME=value` entries that a command inherits. `undefined` where the native engine reads the
 * environment itself: on the main thread, unless `process.env` was replaced. The `process.env` of a
 * Worker is a copy that only the Worker sees.
 */
export function inheritedEnv(): string[] | undefined {
  isWorker ??= !(require('node:worker_threads') as typeof threads).isMainThread;
  const { env } = process;
  if (env !== known) {
    known = env;
    isKnownNative = !isWorker && isNative(env);
  }
  return isKnownNative ? undefined : entriesOf(env);
}

/**
 * Whether it is Node's view of the environment: that one refuses a property without a value, and
 * defining nothing new changes no other object. A proxy may show other values than its target.
 */
function isNative(env: NodeJS.ProcessEnv): boolean {
  if ((require('node:util') as typeof util).types.isProxy(env)) return false;
  const [name] = Object.keys(env);
  if (name === undefined) return false;
  try {
    // Without a prototype, from which it could inherit a value.
    Reflect.defineProperty(env, name, { __proto__: null } as PropertyDescriptor);
    return false;
  } catch {
    return true;
  }
}

/**
 * As in `child_process`: with inherited properties, and without those that are `undefined`. The last
 * prototype, which other code may have extended, is left out.
 */
function entriesOf(env: NodeJS.ProcessEnv): string[] {
  const names = new Set<string>();
  for (let level: object = env; ; ) {
    for (const name of Object.keys(level)) names.add(name);
    level = Object.getPrototypeOf(level) as object;
    if (level === null || Object.getPrototypeOf(level) === null) break;
  }
  const entries: string[] = [];
  for (const name of names) {
    const value = env[name];
    if (value !== undefined) entries.push(`${name}=${value}`);
  }
  return entries;
}

interface Permission {
  has(scope: string): boolean;
}

/** `null` in a process without the permission model. It exists from the start or never. */
let permission: Permission | null | undefined;

/** Node's permission model does not cover addons, so `--allow-child-process` is checked here. */
export function checkPermission(): void {
  permission ??= (process as { permission?: Permission }).permission ?? null;
  if (permission === null || permission.has('child') !== false) return;
  // The same properties as Node's error. `resource` is empty: the scope `child` has none.
  const hint = 'Use --allow-child-process to manage permissions.';
  const error = new Error(`Access to this API has been restricted. ${hint}`);
  throw setAllOwn(error, {
    code: 'ERR_ACCESS_DENIED',
    permission: 'ChildProcess',
    resource: '',
  });
}
