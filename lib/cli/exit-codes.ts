/** How the end of a command becomes an exit code: as shells, timeout(1) and env(1) do. */

import { constants } from 'node:os';
import type { ExecutionErrorInfo } from '../../types/errors';
import type { ExecutionOutcome } from '../../types/result';

/** The command line makes no sense. */
export const USAGE = 2;
export const TIMED_OUT = 124;
/** The engine could not do its part. */
export const ENGINE_FAILED = 125;
/** The program is there and cannot be executed. */
export const NOT_EXECUTABLE = 126;
export const NOT_FOUND = 127;

/** Of a process that a signal ended: `SIGTERM` is 143. */
export function bySignal(signal: string): number {
  const known = (constants.signals as Readonly<Record<string, number>>)[signal];
  // The real-time signals have numbers for names.
  const number = known ?? Number(signal.replace(/^SIG/, ''));
  return Number.isInteger(number) ? 128 + number : ENGINE_FAILED;
}

/** Of an execution that came to an end by itself or by a timeout. */
export function ofOutcome(outcome: ExecutionOutcome): number {
  if (outcome.status === 'timeout') return TIMED_OUT;
  if (outcome.exitCode !== null) return outcome.exitCode;
  if (outcome.signal !== null) return bySignal(outcome.signal);
  return outcome.error === null ? ENGINE_FAILED : ofError(outcome.error);
}

/** Of one that was refused, or that the engine could not carry out. */
export function ofError(error: Partial<ExecutionErrorInfo>): number {
  const { code, reason, errno, syscall } = error;
  if (code === 'ERR_VALIDATION') {
    if (reason === 'PROGRAM_NOT_FOUND') return NOT_FOUND;
    return reason === 'WORKING_DIR_NOT_FOUND' ? ENGINE_FAILED : USAGE;
  }
  if (code !== 'ERR_SPAWN_FAILED' || syscall !== 'execve') return ENGINE_FAILED;
  return errno === -constants.errno.ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}
