/** The messages of `run` on stderr. */

import type { ExecutionConfig } from '../../../types/config';
import type { ExecutionErrorInfo } from '../../../types/errors';
import type { ExecutionRequest } from '../../../types/request';
import type { ExecutionOutcome } from '../../../types/result';
import { formatDuration } from '../duration';

type TerminationFields = Pick<ExecutionRequest, 'killSignal' | 'forceKillAfterDelayMs'>;

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
  [/\bidleTimeoutMs\b/g, '--idle-timeout'],
  [/\bforceKillAfterDelayMs\b/g, '--kill-after'],
];

/** The message of an error, with options instead of request fields. */
export function errorText(error: Pick<ExecutionErrorInfo, 'message'>): string {
  return OPTION_NAMES.reduce((text, [field, name]) => text.replace(field, name), error.message);
}

/** What the exit code alone does not show. */
export function outcomeNotices(outcome: ExecutionOutcome): Notice[] {
  const { error, status, logError, overflowError, outputIncomplete } = outcome;
  const notices: Notice[] = [];
  const add = (text: string, always = false): void => void notices.push({ text, always });
  if (error !== null && error.code !== 'ERR_COMMAND_FAILED' && status !== 'cancelled') {
    add(errorText(error), status !== 'timeout');
  }
  if (logError !== null) add(`the log is incomplete: ${logError}`);
  if (overflowError !== null) add(`the output is incomplete: ${overflowError}`, true);
  if (outputIncomplete) add('a process that the command left running holds its output open');
  return notices;
}

/** Printed at the first signal, on a terminal. */
export function interruptText(
  signal: string,
  request: TerminationFields,
  config: Readonly<ExecutionConfig>,
): string {
  const killSignal = request.killSignal ?? config.killSignal;
  const grace = request.forceKillAfterDelayMs ?? config.forceKillAfterDelayMs;
  const then = grace === false ? '' : `, SIGKILL in ${formatDuration(grace)}`;
  return `${signal}: ending the command by ${killSignal}${then}; a second signal kills it immediately`;
}
