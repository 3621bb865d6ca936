/** How an attempt ended, as the store has it. Pure. */

import type { CommandFailure, CommandOutcome } from '../../types/bullmq';
import type { ExecutionOutcome } from '../../types/result';
import { endOf, FAILURE_BYTES, OUTCOME_BYTES, startOf } from './bounds';

/** What an outcome says of the attempt itself. */
export interface AttemptFacts {
  readonly jobId: string;
  readonly attempt: number;
  readonly host: string;
}

export const failure = (code: string, message: string): CommandFailure => ({
  code,
  // PostgreSQL stores no NUL.
  message: startOf(message.replaceAll('\0', ''), FAILURE_BYTES),
});

const NOTHING_RAN = {
  exitCode: null,
  signal: null,
  startedAt: null,
  durationMs: 0,
  stdoutBytes: 0,
  stderrBytes: 0,
  stdoutTail: '',
  stderrTail: '',
  resourceUsage: null,
  logFile: null,
} as const;

/** The outcome of an attempt without an execution, or one whose execution is unknown. */
export const withoutExecution = (
  facts: AttemptFacts,
  status: CommandOutcome['status'],
  error: CommandFailure,
): CommandOutcome => ({
  ...facts,
  ...NOTHING_RAN,
  executionId: null,
  status,
  success: false,
  willRetry: false,
  completedAt: Date.now(),
  error,
});

/** The outcome of an execution. `ending` is why the worker ended it, if it did. */
export function ofExecution(
  facts: AttemptFacts,
  result: ExecutionOutcome,
  tails: Readonly<Record<'stdout' | 'stderr', string>>,
  ending: CommandFailure | undefined,
): CommandOutcome {
  const isEnded = result.status === 'cancelled' && ending !== undefined;
  const error = isEnded ? ending : errorOf(result);
  return bounded({
    ...facts,
    executionId: result.id,
    status: isEnded && ending.code !== 'ERR_CANCELLED' ? 'failed' : result.status,
    success: result.success,
    willRetry: false,
    exitCode: result.exitCode,
    signal: result.signal,
    startedAt: result.pid === null ? null : result.startedAt,
    completedAt: result.completedAt,
    durationMs: result.durationMs,
    stdoutBytes: result.stdoutBytes,
    stderrBytes: result.stderrBytes,
    stdoutTail: tails.stdout,
    stderrTail: tails.stderr,
    resourceUsage: result.resourceUsage,
    logFile: result.logFile,
    error,
  });
}

function errorOf({ error }: ExecutionOutcome): CommandFailure | null {
  if (error === null) return null;
  const code = error.code === 'ERR_LEASE_EXPIRED' ? 'ERR_LOST' : error.code;
  return failure(code, error.message);
}

/** Tails that JSON makes longer (control characters, six bytes each) are shortened until the outcome fits. */
function bounded(outcome: CommandOutcome): CommandOutcome {
  let short = outcome;
  let bytes = Math.max(
    Buffer.byteLength(outcome.stdoutTail),
    Buffer.byteLength(outcome.stderrTail),
  );
  while (bytes > 0 && Buffer.byteLength(JSON.stringify(short)) > OUTCOME_BYTES) {
    bytes = Math.floor(bytes / 2);
    short = {
      ...short,
      stdoutTail: endOf(outcome.stdoutTail, bytes),
      stderrTail: endOf(outcome.stderrTail, bytes),
    };
  }
  return short;
}

/** What the job itself returns. Every event of a completed job has it, so the tails are left out. */
export const returnValue = (outcome: CommandOutcome): CommandOutcome => ({
  ...outcome,
  stdoutTail: '',
  stderrTail: '',
});

/** An outcome from the store or the ledger. */
export const readOutcome = (text: string): CommandOutcome => JSON.parse(text) as CommandOutcome;
