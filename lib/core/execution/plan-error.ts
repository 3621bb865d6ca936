/** The error of an invalid plan. */

import { ExecutionError } from '../errors';

const isAboutPlan = (error: unknown): boolean =>
  !(error instanceof ExecutionError) ||
  error.code === 'ERR_VALIDATION' ||
  error.code === 'ERR_SERIALIZATION';

/**
 * The error of a check as that of the plan. Errors about something else, such as a closed engine, stay what they are.
 * @param where - the beginning of the message, which names the command
 */
export function invalidPlan(error: unknown, where = ''): unknown {
  if (!isAboutPlan(error)) return error;
  const { message, reason } = error as ExecutionError;
  if (reason === 'INVALID_DEPENDENCY_GRAPH' || reason === 'INVALID_PLAN') return error;
  const problem = message.replace(/^(Validation|Serialization) error: /, '');
  return new ExecutionError('ERR_VALIDATION', `Validation error: ${where}${problem}`, {
    reason: 'INVALID_PLAN',
    cause: error,
  });
}
