/** Ctrl-Z and `fg`: the command is in its own session, so the signals of the terminal are forwarded to it. */

import type { Execution } from '../../../types/api';
import type { Display } from './display';

/** Returns a function that stops the forwarding. Windows has no such signals. */
export function forwardSuspend(execution: Execution, display: Display): () => void {
  if (process.platform === 'win32') return () => undefined;
  const suspend = (): void => {
    display.hideStatus();
    // After the kill: SIGSTOP also stops the threads of the engine, which send it.
    void execution.kill('SIGSTOP').finally(() => process.kill(process.pid, 'SIGSTOP'));
  };
  const resume = (): void => {
    void execution.kill('SIGCONT');
    display.showStatus();
  };
  process.on('SIGTSTP', suspend);
  process.on('SIGCONT', resume);
  return () => {
    process.off('SIGTSTP', suspend);
    process.off('SIGCONT', resume);
  };
}
