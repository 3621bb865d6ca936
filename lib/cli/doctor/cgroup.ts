/** Control groups: optional, and what of them is available. */

import { type Check, limited, missing, ok } from './check';
import { isAtLeast, type Machine } from './machine';

const MEANING = 'a descendant with another environment, session and parent is not ended';

export function cgroupChecks(machine: Machine): Check[] {
  if (machine.platform !== 'linux') return [];
  const version = { id: 'cgroup', name: 'cgroup v2' };
  const dir = ownCgroup(machine);
  if (dir === undefined) {
    const value = 'not mounted';
    const cure = 'Optional. Mount it, or boot with systemd.unified_cgroup_hierarchy=1.';
    return [missing({ ...version, value, meaning: MEANING, cure })];
  }
  return [ok({ ...version, value: dir }), delegationCheck(machine, dir), killCheck(machine)];
}

/** The directory of the cgroup of this process. */
function ownCgroup({ read }: Machine): string | undefined {
  const mount = /^\S+ (\S+) cgroup2 /m.exec(read('/proc/self/mounts') ?? '')?.[1];
  const path = /^0::(\/.*)$/m.exec(read('/proc/self/cgroup') ?? '')?.[1];
  if (mount === undefined || path === undefined) return undefined;
  return `${mount}${path === '/' ? '' : path}`;
}

function delegationCheck({ mayWrite }: Machine, dir: string): Check {
  const check = { id: 'cgroup-delegated', name: 'cgroup delegated' };
  if (mayWrite(`${dir}/cgroup.procs`)) {
    return ok({ ...check, value: 'child cgroups can be created' });
  }
  const value = 'cgroup.procs is not writable';
  const cure = 'Optional. `systemd-run --user --scope -p Delegate=yes …` provides a cgroup.';
  return limited({ ...check, value, meaning: MEANING, cure });
}

/** By the version of the kernel: the file exists only in the cgroups of commands. */
function killCheck({ release }: Machine): Check {
  const check = { id: 'cgroup-kill', name: 'cgroup.kill' };
  const since = '5.14';
  if (isAtLeast(release, since)) return ok({ ...check, value: `since Linux ${since}` });
  const meaning = 'a cgroup is killed process by process, and not at all after the host has died';
  const cure = `Use Linux ${since} or later.`;
  return limited({ ...check, value: `needs Linux ${since}`, meaning, cure });
}
