/** The result of a plan: how each step has ended, and what that makes of the whole. Pure. */

import type { ExecutionErrorInfo } from '../../../types/errors';
import type {
  PlanExecutionResult,
  PlanStats,
  PlanStep,
  PlanStepStatus,
  RetriedResult,
} from '../../../types/plan';
import type { ExecutionResult } from '../../../types/result';
import { ExecutionError } from '../../core/index';

/** How a step has ended. */
export interface StepEnd {
  readonly status: PlanStepStatus;
  readonly executionId: string | null;
  readonly result: ExecutionResult | RetriedResult | null;
  readonly error: ExecutionErrorInfo | null;
}

export const SKIPPED: StepEnd = { status: 'skipped', executionId: null, result: null, error: null };

export function endOf(result: ExecutionResult | RetriedResult): StepEnd {
  // A finished execution is neither pending nor running.
  const status = result.status as PlanStepStatus;
  return { status, executionId: result.id, result, error: result.error };
}

/** The end of a step that the engine rejected. */
export const endByRejection = (error: unknown): StepEnd => ({
  status: 'failed',
  executionId: null,
  result: null,
  error: infoOf(error),
});

const DETAILS = ['reason', 'errno', 'syscall', 'path'] as const;

/** An error as plain data. One of Node's kind keeps its code. */
function infoOf(error: unknown): ExecutionErrorInfo {
  const { message, code } = error as { message: string; code?: ExecutionErrorInfo['code'] };
  const info: ExecutionErrorInfo = { code: code ?? 'ERR_INTERNAL', message };
  if (!(error instanceof ExecutionError)) return info;
  const own = DETAILS.filter((name) => Object.hasOwn(error, name)).map((name) => [
    name,
    error[name],
  ]);
  return { ...info, ...Object.fromEntries(own) };
}

export function planStep(step: number, name: string | null, end: StepEnd): PlanStep {
  const { status, executionId, error } = end;
  return { step, name, status, executionId, error };
}

/** `ends`: of all steps, in their order. */
export function planResult(
  planId: string,
  names: readonly (string | null)[],
  ends: readonly StepEnd[],
  isCancelled: boolean,
  totalDurationMs: number,
): PlanExecutionResult {
  const stats: PlanStats = {
    total: ends.length,
    completed: 0,
    failed: 0,
    timeout: 0,
    cancelled: 0,
    skipped: 0,
  };
  for (const { status } of ends) stats[status]++;
  const isCompleted = stats.completed === stats.total;
  return {
    planId,
    status: isCompleted ? 'completed' : isCancelled ? 'cancelled' : 'failed',
    results: ends.map(({ result }) => result),
    steps: ends.map((end, step) => planStep(step, names[step] ?? null, end)),
    totalDurationMs,
    stats,
  };
}
