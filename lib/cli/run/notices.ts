/** The messages of `run` on stderr. */

import type { ExecutionConfig } from '../../../types/config';
import type { ExecutionErrorInfo } from '../../../types/errors';
import type { ExecutionRequest, StopStep } from '../../../types/request';
import type { ExecutionOutcome } from '../../../types/result';
import { formatDuration } from '../duration';

type TerminationFields = Pick<ExecutionRequest, 'killSignal' | 'forceKillAfterDelayMs' | 'stop'>;

export interface Notice {
  text: string;
  /** Also with `--quiet`. */
  always: boolean;
}

/** Names of request fields in error messages, and the option for each. */
const OPTION_NAMES: readonly [RegExp, string][] = [
  [/^(Validation error|Process spawn failed): /, ''],
  [/\bcommand\.program\b/g, 'program'],
  [/\bcommand\.args/g, 'arguments'],
  [/\bcommand\.(command|shell)\b/g, 'shell command'],
  [/\bworkingDir\b/g, '--cwd'],
  [/\boutputLogPath\b/g, '--log'],
  [/\brecordPath\b/g, '--record'],
  [/\bidleTimeoutMs\b/g, '--idle-timeout'],
  [/\bforceKillAfterDelayMs\b/g, '--kill-after'],
  [/\bkillSignal\b/g, '--signal'],
  [/"stop\b/g, '"--stop'],
];

/** The message of an error, with options instead of request fields. */
export function errorText(error: Pick<ExecutionErrorInfo, 'message'>): string {
  return OPTION_NAMES.reduce((text, [field, name]) => text.replace(field, name), error.message);
}

/** What the exit code alone does not show. */
export function outcomeNotices(outcome: ExecutionOutcome): Notice[] {
  const { error, status, logError, recordError, overflowError, outputIncomplete } = outcome;
  const notices: Notice[] = [];
  const add = (text: string, always = false): void => void notices.push({ text, always });
  if (error !== null && error.code !== 'ERR_COMMAND_FAILED' && status !== 'cancelled') {
    add(errorText(error), status !== 'timeout');
  }
  if (logError !== null) add(`the log is incomplete: ${logError}`);
  if (recordError !== null) add(`the recording is incomplete: ${recordError}`);
  if (overflowError !== null) add(`the output is incomplete: ${overflowError}`, true);
  if (outputIncomplete) add('a process that the command left running holds its output open');
  return notices;
}

/** The steps of a request of this program. With `forceKillAfterDelayMs: false` the last wait is infinite. */
export function stopSteps(
  { stop, killSignal, forceKillAfterDelayMs }: TerminationFields,
  config: Readonly<ExecutionConfig>,
): readonly StopStep[] {
  if (stop !== undefined) return stop;
  const grace = forceKillAfterDelayMs ?? config.forceKillAfterDelayMs;
  const waitMs = grace === false ? Number.POSITIVE_INFINITY : grace;
  return [{ signal: killSignal ?? config.killSignal, waitMs }];
}

/** Printed at the first signal, on a terminal. */
export function interruptText(signal: string, steps: readonly StopStep[]): string {
  let time = 0;
  const parts = steps.map(({ signal: name, to, waitMs }) => {
    const part = `${name}${to === 'leader' ? ' to its first process' : ''}`;
    const when = time === 0 ? part : `${part} in ${formatDuration(time)}`;
    time += waitMs;
    return when;
  });
  if (Number.isFinite(time)) parts.push(`SIGKILL in ${formatDuration(time)}`);
  const then = steps.length > 1 ? 'goes on to the next step' : 'kills it immediately';
  return `${signal}: ending the command by ${parts.join(', ')}; a second signal ${then}`;
}
