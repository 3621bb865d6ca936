// Whether control groups can limit a whole tree on this machine: the engine itself is asked. And hosts that have some of
// their own, or none.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { ExecutionEngine } from 'escher-execution-engine';
import { startHost } from './host.mjs';
import { sh } from './requests.mjs';

/** A limit for each controller that it needs. */
export const LIMITS = { memory: { memoryMax: 64 * 1_048_576 }, pids: { pidsMax: 50 } };

/** The error by which the engine refuses such a limit; `undefined` where it takes it. */
export async function refusal(controller) {
  const engine = new ExecutionEngine();
  try {
    await engine.run(sh('true', { limits: LIMITS[controller] }));
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await engine.shutdown();
  }
}

/** How a row comes to run that needs them. */
export const HOW_TO_DELEGATE =
  'in a group like that of `systemd-run --user -p Delegate=yes -p DelegateSubgroup=host` it is run';

/** A mount namespace with a cgroup v2 that this host may write to. */
export const WITH_GROUPS = 'mount -t cgroup2 none "$0" && exec "$@"';

/** One without any. */
export const WITHOUT_GROUPS =
  'for at in $(sed -n "s/^[^ ]* \\([^ ]*\\) cgroup2 .*/\\1/p" /proc/self/mounts); do umount -l "$at" || exit 1; done; exec "$@"';

/** `{ host }`: it runs in such a namespace; or `{ skip }`, with the reason why there can be none. */
export function startUnder(how, { dir }, module, name, args) {
  const point = path.join(dir, 'cgroup');
  mkdirSync(point, { recursive: true });
  const under = ['unshare', '-m', 'sh', '-c', how, point];
  const [file, ...words] = [...under, 'true'];
  if (spawnSync(file, words).status !== 0) {
    return { skip: 'needs root, to mount or unmount a private cgroup v2' };
  }
  return { host: startHost(module, name, args, { under }) };
}
