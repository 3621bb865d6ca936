/** Values that are one of a list of names. They cross into the engine as the index of the name. */

import type { ExecutionConfig, OversizedOutputStrategy } from '../../../types/config';
import type { ExecutionRequest, StopStep } from '../../../types/request';
import type { ExecutionStatus, Termination } from '../../../types/result';

export const STRATEGIES = [
  'truncateWithWarning',
  'failExecution',
  'streamToFile',
] as const satisfies OversizedOutputStrategy[];

export const ANSI_MODES = ['raw', 'sgr', 'strip'] as const satisfies ExecutionConfig['ansi'][];

export const CAPTURE_MODES = ['redacted', 'raw'] as const satisfies ExecutionRequest['capture'][];

/** `input`: the request has an `input`, which is written and closed. */
export const STDIN_MODES = ['ignore', 'input', 'pipe'] as const;

export const STATUSES = [
  'pending',
  'running',
  'completed',
  'failed',
  'timeout',
  'cancelled',
] as const satisfies ExecutionStatus[];

export const STOP_TARGETS = ['tree', 'leader'] as const satisfies StopStep['to'][];

export const REASONS = [
  'timeout',
  'idleTimeout',
  'cancel',
  'shutdown',
  'outputLimit',
  'streamFailure',
  'lease',
] as const satisfies Termination['reason'][];

/**
 * The enumerations of the engine for these lists. An enumerator is named like the value, in snake case, unless
 * `enumerators` lists others. `none`: the enumerator for "not given".
 */
export const ENUMS = {
  OversizedOutputStrategy: { names: STRATEGIES },
  AnsiMode: { names: ANSI_MODES, none: 'by_sink' },
  CaptureMode: { names: CAPTURE_MODES },
  StdinMode: { names: STDIN_MODES, enumerators: ['null_device', 'input', 'pipe'] },
  Status: { names: STATUSES },
  'StopStep::To': { names: STOP_TARGETS },
  TerminationReason: { names: REASONS },
} as const;
