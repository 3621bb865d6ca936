/** What a signal does to a command that does not handle it. */

import { signalName } from '../core/index';
import type { TestExecution } from './test-execution';

/** Signals whose default action does not terminate a process. */
const HARMLESS: ReadonlySet<string> = new Set([
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGWINCH',
]);

/** Whether a process could be signalled. */
export function signalled(execution: TestExecution, number: number): boolean {
  if (!execution.isLive) return false;
  if (number === 0) return execution.pid !== undefined;
  const signal = signalName(number);
  if (HARMLESS.has(signal)) return true;
  return execution.stop({ status: 'failed', signal, exitCode: null });
}
