/** What the program prints about a plan for people. Pure. */

import type {
  PlanExecutionResult,
  StepFinishedEvent,
  StepRetryingEvent,
} from '../../../types/plan';
import { lastLines } from '../../core/index';
import { formatDuration } from '../duration';

type Named = { step: number; name: string | null };

/** The name of a step, or its number from 1. */
export const stepName = ({ step, name }: Named): string => name ?? `#${step + 1}`;

const STATE_WIDTH = 'completed'.length;

const line = (state: string, step: Named, detail: string): string =>
  `${`${state.padEnd(STATE_WIDTH)}  ${stepName(step)}  ${detail}`.trimEnd()}\n`;

export function finishedText(event: StepFinishedEvent): string {
  const { status, result, error } = event;
  const duration = result === null ? '' : formatDuration(result.durationMs);
  const problem = error === null || status === 'cancelled' ? '' : error.message;
  return line(status, event, [duration, problem].filter((part) => part !== '').join('  '));
}

export function retryingText(event: StepRetryingEvent): string {
  const why = event.result?.error?.message ?? 'no free slot';
  const next = formatDuration(event.delayMs);
  return line('retrying', event, `attempt ${event.attempt}: ${why}, next in ${next}`);
}

/** The end of stderr of each failed step, whose lines were not printed. */
export function failedOutputText({ steps, results }: PlanExecutionResult): string {
  const texts = steps.flatMap((step, at) => {
    const isFailed = step.status === 'failed' || step.status === 'timeout';
    const lines = isFailed ? lastLines(results[at]?.stderr ?? '') : '';
    return lines === '' ? [] : lines.split('\n').map((text) => `${stepName(step)} | ${text}\n`);
  });
  return texts.join('');
}

export function summaryText({ status, stats, totalDurationMs }: PlanExecutionResult): string {
  const { total, ...ends } = stats;
  const counts = Object.entries(ends)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
  const of = `${total} ${total === 1 ? 'step' : 'steps'}`;
  return `${status}: ${[of, ...counts].join(', ')}, ${formatDuration(totalDurationMs)}\n`;
}
