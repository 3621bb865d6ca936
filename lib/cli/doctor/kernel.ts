/** Kernel features that the engine uses. */

import { type Check, limited, ok } from './check';
import { isAtLeast, type Machine } from './machine';

interface Feature {
  id: string;
  name: string;
  since: string;
  meaning: string;
}

const FEATURES: readonly Feature[] = [
  {
    id: 'clone-pidfd',
    name: 'CLONE_PIDFD',
    since: '5.2',
    meaning: 'the pidfd of a process is opened after its launch, by a second system call',
  },
  {
    id: 'pidfd',
    name: 'pidfd',
    since: '5.3',
    meaning: 'a thread for each process waits for its exit',
  },
  {
    id: 'close-range',
    name: 'close_range',
    since: '5.11',
    meaning: 'a launch closes descriptors one by one, which takes longer when many are open',
  },
  {
    id: 'group-signal',
    name: 'process-group signals by pidfd',
    since: '6.9',
    meaning: 'while a process tree is being ended, /proc is searched for its remaining processes',
  },
];

/** What macOS has not. */
const MACOS: readonly Check[] = [
  limited({
    id: 'host-death',
    name: 'parent-death signal',
    value: 'none on macOS',
    meaning: 'commands go on when the host is killed; process.exit() and shutdown() end them',
    cure: 'None.',
  }),
  limited({
    id: 'launch-options',
    name: 'limits, umask, uid, gid, pty',
    value: 'refused on macOS',
    meaning: 'requests with these fields are rejected',
    cure: 'Set limits in the command itself, with `ulimit` of a shell.',
  }),
];

export function kernelChecks({ platform, release }: Machine): Check[] {
  const kernel = { id: 'kernel', name: 'Kernel', value: `${platform} ${release}` };
  if (platform === 'darwin') return [ok(kernel), ...MACOS];
  if (platform === 'win32') {
    const meaning = 'the engine is built with mingw and tested under Wine 8, not on Windows';
    return [limited({ ...kernel, meaning, cure: 'Report problems.' })];
  }
  if (platform !== 'linux') return [ok(kernel)];
  return [ok(kernel), ...FEATURES.map((feature) => checkOf(feature, release))];
}

/** By the version of the kernel: only a launch can test the system calls themselves. */
function checkOf({ id, name, since, meaning }: Feature, release: string): Check {
  if (isAtLeast(release, since)) return ok({ id, name, value: `since Linux ${since}` });
  const value = `needs Linux ${since}`;
  return limited({ id, name, value, meaning, cure: `Use Linux ${since} or later.` });
}
