/** Ctrl-Z and `fg`: the command, in a session of its own, stops and goes on with the program. */

import type { Execution } from '../../types/api';
import type { Display } from './display';

/** Returns the function that ends this. Windows has no such signals. */
export function suspendWith(run: Execution, display: Display): () => void {
  if (process.platform === 'win32') return () => undefined;
  const stop = (): void => {
    display.hide();
    // Only when it was sent: the threads of the engine stop too.
    void run.kill('SIGSTOP').finally(() => process.kill(process.pid, 'SIGSTOP'));
  };
  const goOn = (): void => {
    void run.kill('SIGCONT');
    display.show();
  };
  process.on('SIGTSTP', stop);
  process.on('SIGCONT', goOn);
  return () => {
    process.off('SIGTSTP', stop);
    process.off('SIGCONT', goOn);
  };
}
