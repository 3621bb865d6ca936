/** What `run` says on stderr of itself: of an end that the exit code alone does not tell. */

import type { ExecutionConfig } from '../../types/config';
import type { ExecutionErrorInfo } from '../../types/errors';
import type { ExecutionRequest } from '../../types/request';
import type { ExecutionOutcome } from '../../types/result';
import { formatDuration } from './duration';

/** How a request wants to be ended. */
type Ending = Pick<ExecutionRequest, 'killSignal' | 'forceKillAfterDelayMs'>;

export interface Remark {
  text: string;
  /** It is said with `--quiet` too. */
  always: boolean;
}

/** What requests call their fields, and how a command line says it. */
const WORDS: readonly [RegExp, string][] = [
  [/^(Validation error|Process spawn failed): /, ''],
  [/\bcommand\.program\b/g, 'program'],
  [/\bcommand\.args/g, 'arguments'],
  [/\bcommand\.(command|shell)\b/g, 'shell command'],
  [/\bworkingDir\b/g, '--cwd'],
  [/\boutputLogPath\b/g, '--log'],
  [/\bidleTimeoutMs\b/g, '--idle-timeout'],
  [/\bforceKillAfterDelayMs\b/g, '--kill-after'],
];

export function plainly(error: Pick<ExecutionErrorInfo, 'message'>): string {
  return WORDS.reduce((text, [field, word]) => text.replace(field, word), error.message);
}

export function remarksOn(outcome: ExecutionOutcome): Remark[] {
  const { error, status, logError, overflowError, outputIncomplete } = outcome;
  const remarks: Remark[] = [];
  const remark = (text: string, always = false): void => void remarks.push({ text, always });
  if (error !== null && error.code !== 'ERR_COMMAND_FAILED' && status !== 'cancelled') {
    remark(plainly(error), status !== 'timeout');
  }
  if (logError !== null) remark(`the log is not complete: ${logError}`);
  if (overflowError !== null) remark(`the output is not complete: ${overflowError}`, true);
  if (outputIncomplete) remark('a process that the command left behind still holds its output');
  return remarks;
}

/** Said at the first signal, to somebody at a terminal. */
export function farewell(
  signal: string,
  request: Ending,
  config: Readonly<ExecutionConfig>,
): string {
  const soft = request.killSignal ?? config.killSignal;
  const grace = request.forceKillAfterDelayMs ?? config.forceKillAfterDelayMs;
  const then = grace === false ? '' : `, SIGKILL in ${formatDuration(grace)}`;
  return `${signal}: ending the command by ${soft}${then}; once more ends it at once`;
}
