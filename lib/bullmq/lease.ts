/**
 * How long a command may run without a renewal of its lock. The engine ends it by its own clock, so that it is gone before
 * the lock expires, also while the event loop is blocked. Pure.
 */

import type { ExecutionConfig } from '../../types/config';
import type { ExecutionRequest, StopStep } from '../../types/request';

/** What renewals and their answers may take on their way, and the end of a process tree after `SIGKILL`. */
export const marginMs = (lockMs: number): number => Math.max(1000, lockMs / 10);

/** An answer that took longer says nothing about the present. */
export const freshMs = (lockMs: number): number => marginMs(lockMs) / 2;

/** Locks are renewed this often, at least. */
export const renewMs = (lockMs: number): number => lockMs / 4;

const waitsOf = (steps: readonly StopStep[]): number =>
  steps.reduce((sum, { waitMs }) => sum + waitMs, 0);

/** Milliseconds from the first signal to `SIGKILL`; `Infinity` if there is none. */
export function graceOf(
  request: Pick<ExecutionRequest, 'stop' | 'forceKillAfterDelayMs' | 'killSignal'>,
  config: ExecutionConfig,
): number {
  const { stop, forceKillAfterDelayMs, killSignal } = request;
  if (stop !== undefined) return waitsOf(stop);
  if (
    forceKillAfterDelayMs === undefined &&
    killSignal === undefined &&
    config.stop !== undefined
  ) {
    return waitsOf(config.stop);
  }
  const delay = forceKillAfterDelayMs ?? config.forceKillAfterDelayMs;
  return delay === false ? Number.POSITIVE_INFINITY : delay;
}

/** `undefined`: the grace period is too long for the lock, which would expire before a renewal is missed. */
export function leaseOf(lockMs: number, graceMs: number): number | undefined {
  const lease = Math.floor(lockMs - graceMs - marginMs(lockMs));
  return lease >= 2 * renewMs(lockMs) ? lease : undefined;
}

/** The shortest lock for that grace period. */
export function leastLockMs(graceMs: number): number {
  const withLeastMargin = 2 * (graceMs + 1000);
  return withLeastMargin <= 10_000 ? withLeastMargin : Math.ceil(2.5 * graceMs);
}

/** The longest grace period that a lock allows. */
export const longestGrace = (lockMs: number): number =>
  Math.floor(lockMs - marginMs(lockMs) - 2 * renewMs(lockMs));
