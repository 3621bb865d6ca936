/** The events that are forwarded to pages unchanged. Lines are sent at the pace of the page instead. */

import type { ExecutionEventName } from '../../../types/events';

export const FORWARDED_EVENTS = [
  'started',
  'progress',
  'echo',
  'statusChanged',
  'completed',
  'failed',
  'timeout',
  'cancelled',
  'settled',
] as const satisfies readonly ExecutionEventName[];

export type ForwardedEvent = (typeof FORWARDED_EVENTS)[number];
