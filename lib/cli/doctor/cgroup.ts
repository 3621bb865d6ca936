/** Control groups: not needed, and what there is of them. */

import { type Check, limited, missing, ok } from './check';
import type { Machine } from './machine';

const MEANING = 'trees are ended by their process group; a process that leaves it is not reached';

export function cgroupChecks(machine: Machine): Check[] {
  if (machine.platform !== 'linux') return [];
  const version = { id: 'cgroup', name: 'cgroup v2' };
  const dir = ownGroup(machine);
  if (dir === undefined) {
    const value = 'not mounted';
    const cure = 'None needed. Mount it, or boot with systemd.unified_cgroup_hierarchy=1.';
    return [missing({ ...version, value, meaning: MEANING, cure })];
  }
  return [ok({ ...version, value: dir }), delegation(machine, dir), killing(machine, dir)];
}

/** The directory of the group that this process is in. */
function ownGroup({ read }: Machine): string | undefined {
  const mount = /^\S+ (\S+) cgroup2 /m.exec(read('/proc/self/mounts') ?? '')?.[1];
  const path = /^0::(\/.*)$/m.exec(read('/proc/self/cgroup') ?? '')?.[1];
  if (mount === undefined || path === undefined) return undefined;
  return `${mount}${path === '/' ? '' : path}`;
}

function delegation({ mayWrite }: Machine, dir: string): Check {
  const check = { id: 'cgroup-delegated', name: 'cgroup delegated' };
  if (mayWrite(`${dir}/cgroup.procs`)) return ok({ ...check, value: 'groups can be made below' });
  const value = 'cgroup.procs is not writable';
  const cure = 'None needed. `systemd-run --user --scope -p Delegate=yes …` gives a group.';
  return limited({ ...check, value, meaning: 'no groups can be made below', cure });
}

function killing({ read, mayWrite }: Machine, dir: string): Check {
  const check = { id: 'cgroup-kill', name: 'cgroup.kill' };
  // The root group has none, whatever the kernel.
  if (mayWrite(`${dir}/cgroup.kill`)) return ok({ ...check, value: 'there' });
  const isRoot = read(`${dir}/cgroup.type`) === undefined;
  const value = isRoot ? 'not in the root group' : 'not writable';
  const cure = 'None needed. Linux 5.14, and a delegated group.';
  return limited({ ...check, value, meaning: 'a group cannot be ended at one stroke', cure });
}
