// Checks whether processes are alive. A zombie has ended and does not count.
import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

export function isAlive(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  const state = (stdout ?? '').trim();
  return state !== '' && !state.startsWith('Z');
}

/** The processes that are alive after at most `withinMs`: killed processes take a moment to end. */
export async function survivors(pids, withinMs = 1000) {
  const deadline = Date.now() + withinMs;
  let alive = pids.filter(isAlive);
  while (alive.length > 0 && Date.now() < deadline) {
    await delay(20);
    alive = alive.filter(isAlive);
  }
  return alive;
}
