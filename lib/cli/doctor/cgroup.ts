/** Control groups: not needed, and what there is of them. */

import { type Check, limited, missing, ok } from './check';
import { isAtLeast, type Machine } from './machine';

const MEANING = 'a process that hides its environment, its session and its parents is not ended';

export function cgroupChecks(machine: Machine): Check[] {
  if (machine.platform !== 'linux') return [];
  const version = { id: 'cgroup', name: 'cgroup v2' };
  const dir = ownGroup(machine);
  if (dir === undefined) {
    const value = 'not mounted';
    const cure = 'None needed. Mount it, or boot with systemd.unified_cgroup_hierarchy=1.';
    return [missing({ ...version, value, meaning: MEANING, cure })];
  }
  return [ok({ ...version, value: dir }), delegation(machine, dir), killing(machine)];
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
  return limited({ ...check, value, meaning: MEANING, cure });
}

/** Of the groups that are made for commands: each has it where the kernel knows it. */
function killing({ release }: Machine): Check {
  const check = { id: 'cgroup-kill', name: 'cgroup.kill' };
  const since = '5.14';
  if (isAtLeast(release, since)) return ok({ ...check, value: `since Linux ${since}` });
  const meaning = 'a group is ended process by process, and not at all after the death of the host';
  const cure = `A kernel of version ${since} or later.`;
  return limited({ ...check, value: `needs Linux ${since}`, meaning, cure });
}
