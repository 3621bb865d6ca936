/** The patterns of a plan that comes from elsewhere: the host matches them on its event loop. */

import { ownValue, wrongValue } from './checks';
import { refuseProgressPattern } from './progress';

/** `plan` has not been checked. `why` continues a sentence: why the host accepts no patterns. */
export function refusePlanPatterns(plan: unknown, why: string): void {
  const commands = ownValue(plan, 'commands');
  if (!Array.isArray(commands)) return;
  for (const command of commands) refuseProgressPattern(command, why);
  const hasPattern = (command: unknown): boolean =>
    ownValue(ownValue(command, 'retry'), 'output') !== undefined;
  if (commands.some(hasPattern)) throw wrongValue('retry.output', `is not accepted: ${why}`);
}
