import { EventEmitter } from 'node:events';
import type { Execution } from 'escher-execution-engine';
import { RunStatus } from '../../../../lib/cli/run/run-status';

test('the status line shows progress as soon as it is reported', () => {
  const execution = new EventEmitter();
  const status = new RunStatus();
  status.follow(execution as unknown as Execution);
  expect(status.text(200)).not.toContain('[');
  execution.emit('progress', { executionId: 'x', fraction: 0.5, label: 'half' });
  expect(status.text(200)).toContain('[==========>         ]  50%  half');
});
