/** The `capture` of a request: whether its exact output is kept, beside the redacted one. */

import { ownValue, wrongValue } from './checks';

/** Why the exact output is refused to other processes and pages by default. */
export const RAW_CAPTURE_NOT_ALLOWED = 'the host has not set the option "allowRawCapture"';

/** For a request from another process or page. */
export function refuseRawCapture(request: unknown, why = RAW_CAPTURE_NOT_ALLOWED): void {
  if (ownValue(request, 'capture') !== 'raw') return;
  throw wrongValue('request.capture', `must be 'redacted': ${why}. Received 'raw'`);
}

/** For a plan from another process. It has not been checked. */
export function refusePlanRawCapture(plan: unknown, why: string): void {
  const commands = ownValue(plan, 'commands');
  if (!Array.isArray(commands)) return;
  for (const command of commands) refuseRawCapture(command, why);
}

/** For `redacted: false` of `getResult()`. `which` execution has no exact output for the caller. */
export const noExactOutput = (which = "without capture: 'raw' in its request"): TypeError =>
  wrongValue('options.redacted', `must be true for an execution ${which}. Received false`);
