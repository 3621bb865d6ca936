/** What of the kernel the engine uses. */

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
    meaning: 'the descriptor of a process is opened behind its launch',
  },
  {
    id: 'pidfd',
    name: 'pidfd',
    since: '5.3',
    meaning: 'the end of a process is asked for by a timer, and noticed later',
  },
  {
    id: 'close-range',
    name: 'close_range',
    since: '5.11',
    meaning: 'a launch closes descriptors one by one, and takes longer with many open',
  },
  {
    id: 'group-signal',
    name: 'process-group signals by pidfd',
    since: '6.9',
    meaning: 'while a tree is ending, /proc is searched for what is left of it',
  },
];

export function kernelChecks({ platform, release }: Machine): Check[] {
  const kernel = { id: 'kernel', name: 'Kernel', value: `${platform} ${release}` };
  if (platform !== 'linux') {
    const meaning = 'the engine was run on Linux only so far';
    return [limited({ ...kernel, meaning, cure: 'Expect surprises, and report them.' })];
  }
  return [ok(kernel), ...FEATURES.map((feature) => checkOf(feature, release))];
}

/** By the version: only the process that launches could ask for the call itself. */
function checkOf({ id, name, since, meaning }: Feature, release: string): Check {
  if (isAtLeast(release, since)) return ok({ id, name, value: `since Linux ${since}` });
  const value = `needs Linux ${since}`;
  return limited({ id, name, value, meaning, cure: `A kernel of version ${since} or later.` });
}
