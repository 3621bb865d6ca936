// Trees of processes of every shape. Each ends in `leaf` commands, which are easy to count and outlive every row.

import { readFileSync } from 'node:fs';
import { allProcesses, environmentOf, isAlive } from './processes.mjs';
import { leaf, sh } from './requests.mjs';
import { waitFor } from './wait.mjs';

const quiet = '>/dev/null 2>&1 </dev/null';

/** Shell commands by shape, each with the number of its leaves. */
export function shapes(mark) {
  const sleep = leaf(mark);
  return {
    plain: { command: `exec ${sleep}`, leaves: 1 },
    background: { command: `${sleep} & ${sleep} ${quiet} & ${sleep}; :`, leaves: 3 },
    pipeline: { command: `${sleep} | ${sleep} | ${sleep}`, leaves: 3 },
    // In the group, and nothing but SIGKILL ends it: what is ignored is ignored by children too.
    deaf: { command: `trap '' TERM INT HUP; sh -c '${sleep} & ${sleep}; :'; :`, leaves: 2 },
    escaper: { command: `setsid ${sleep} ${quiet} & ${sleep}; :`, leaves: 2 },
    // Forks twice, with a session of its own in between: its parent is process 1, or a subreaper.
    daemon: { command: `(setsid sh -c '${sleep} ${quiet} & exit' &) ; ${sleep}; :`, leaves: 2 },
    deafDaemon: {
      command: `trap '' TERM INT HUP; (setsid sh -c 'setsid ${sleep} ${quiet} & setsid ${sleep} ${quiet} & exit' &) ; ${sleep}; :`,
      leaves: 3,
    },
  };
}

/** `count` requests, of all shapes in turn, and the number of leaves that they make in all. */
export function forest(mark, count) {
  const kinds = Object.values(shapes(mark));
  const trees = Array.from({ length: count }, (_, index) => kinds[index % kinds.length]);
  return {
    requests: trees.map(({ command }) => sh(command)),
    leaves: trees.reduce((sum, { leaves }) => sum + leaves, 0),
  };
}

const argumentsOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
};

/** The live leaves, found by their arguments: a cleared environment hides none. */
export const leavesOf = (mark) =>
  allProcesses().filter((info) => isAlive(info) && isLeaf(info.pid, mark));

// A `sh -c` names the leaf in its arguments as well, and is none.
function isLeaf(pid, mark) {
  const [program, time] = argumentsOf(pid);
  return program === 'sleep' && time === `300.0${mark}`;
}

/** Waits until the trees are fully grown. */
export const grown = (mark, leaves) =>
  waitFor(`${leaves} processes of the trees`, () => leavesOf(mark).length === leaves);

/** The engine's own mark in a process: `<engine>/<execution>`, joined by `:` where engines are nested. */
export const engineMarkOf = (pid) =>
  environmentOf(pid)
    .find((text) => text.startsWith('EXEC_ENGINE_ID='))
    ?.slice('EXEC_ENGINE_ID='.length);
