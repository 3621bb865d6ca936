/** Exit codes of the program: those of shells, timeout(1) and env(1), except that a usage error is 2. */

import { constants } from 'node:os';
import type { ExecutionErrorInfo } from '../../types/errors';
import type { ExecutionOutcome } from '../../types/result';

export const ExitCode = {
  usage: 2,
  timedOut: 124,
  engineFailed: 125,
  /** The program exists and cannot be executed. */
  notExecutable: 126,
  notFound: 127,
} as const;

/** 128 + the number of the signal: 143 for `SIGTERM`. */
export function signalExitCode(signal: string): number {
  const known = (constants.signals as Readonly<Record<string, number>>)[signal];
  // Names of real-time signals contain their number.
  const number = known ?? Number(signal.replace(/^SIG/, ''));
  return Number.isInteger(number) ? 128 + number : ExitCode.engineFailed;
}

/** For an execution that ended by itself or by a timeout. */
export function outcomeExitCode(outcome: ExecutionOutcome): number {
  if (outcome.status === 'timeout') return ExitCode.timedOut;
  if (outcome.exitCode !== null) return outcome.exitCode;
  if (outcome.signal !== null) return signalExitCode(outcome.signal);
  return outcome.error === null ? ExitCode.engineFailed : errorExitCode(outcome.error);
}

/** For a request that was rejected, or that the engine could not carry out. */
export function errorExitCode(error: Partial<ExecutionErrorInfo>): number {
  const { code, reason, errno, syscall } = error;
  if (code === 'ERR_VALIDATION') {
    if (reason === 'PROGRAM_NOT_FOUND') return ExitCode.notFound;
    return reason === 'WORKING_DIR_NOT_FOUND' ? ExitCode.engineFailed : ExitCode.usage;
  }
  if (code !== 'ERR_SPAWN_FAILED' || syscall !== 'execve') return ExitCode.engineFailed;
  return errno === -constants.errno.ENOENT ? ExitCode.notFound : ExitCode.notExecutable;
}
