// The same names from ESM. Checked by the compiler, never run.
import {
  type Execution,
  ExecutionEngine,
  ExecutionError,
  type ExecutionEvents,
} from 'escher-execution-engine';

export const run: Execution = new ExecutionEngine().run({
  command: { type: 'shell', command: 'true' },
});
export const error: Error = new ExecutionError('ERR_INTERNAL', 'text');
export type Payload = ExecutionEvents['completed']['result']['exitCode'];

// @ts-expect-error: the handle is made by `run`, and its class is not public
import { ExecutionHandle } from 'escher-execution-engine';

void ExecutionHandle;
