/** The size of a terminal, which a fake execution with `pty` has only in name. */

import type { TerminalSize } from '../../types/request';
import { asTerminalSize, ExecutionError } from '../core/index';
import type { TestExecution } from './test-execution';

/** @throws what `resize()` of a real engine throws */
export function checkResize({ given }: TestExecution, size: TerminalSize): void {
  asTerminalSize('size', size);
  const { pty } = given.request;
  if (pty !== undefined) return;
  throw new ExecutionError('ERR_IO', 'The execution has no terminal: the request has no pty');
}
