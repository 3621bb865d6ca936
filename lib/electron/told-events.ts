/** The events that pages are told of as they are. Lines go another way, at the pace of the page. */

import type { ExecutionEventName } from '../../types/events';

export const TOLD_EVENTS = [
  'started',
  'progress',
  'statusChanged',
  'completed',
  'failed',
  'timeout',
  'cancelled',
  'settled',
] as const satisfies readonly ExecutionEventName[];

export type ToldEvent = (typeof TOLD_EVENTS)[number];
