// Asks the system about processes; a zombie has ended and counts as gone.
import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

export function isAlive(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  const state = (stdout ?? '').trim();
  return state !== '' && !state.startsWith('Z');
}

/** The processes that are still there after a moment: the system takes a little to bury the dead. */
export async function survivors(pids, withinMs = 1000) {
  const deadline = Date.now() + withinMs;
  let alive = pids.filter(isAlive);
  while (alive.length > 0 && Date.now() < deadline) {
    await delay(20);
    alive = alive.filter(isAlive);
  }
  return alive;
}
