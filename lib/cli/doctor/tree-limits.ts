/** Limits for a whole process tree: the check runs commands with such limits. */

import type { ProcessLimits } from '../../../types/request';
import type { ExecutionEngine } from '../../core/index';
import { type Check, limited, ok } from './check';

/** Far above what the command uses. */
const LIMITS: readonly ProcessLimits[] = [{ memoryMax: 1_073_741_824 }, { pidsMax: 1000 }];

const CURE =
  'Optional. With systemd 254 or later `systemd-run --user -p Delegate=yes -p DelegateSubgroup=host …` starts the host in its own cgroup.';

export async function treeLimitChecks(engine: ExecutionEngine): Promise<Check[]> {
  if (process.platform !== 'linux') return [];
  const check = { id: 'cgroup-limits', name: 'Limits of a process tree' };
  const names = LIMITS.flatMap(Object.keys);
  const reasons = await Promise.all(LIMITS.map((limits) => rejectionReason(engine, limits)));
  const reason = reasons.find((one) => one !== undefined);
  if (reason === undefined) return [ok({ ...check, value: names.join(', ') })];
  const rejected = names.filter((_, i) => reasons[i] !== undefined).join(', ');
  return [limited({ ...check, value: `rejected: ${rejected}`, meaning: reason, cure: CURE })];
}

/** Why the engine rejects the limits; `undefined` if it accepts them. */
async function rejectionReason(
  engine: ExecutionEngine,
  limits: ProcessLimits,
): Promise<string | undefined> {
  try {
    await engine.run({ command: { type: 'shell', command: ':' }, limits, timeoutMs: 30_000 });
    return undefined;
  } catch (error) {
    // Without the advice to run `doctor`.
    return (error as Error).message.replace(/\. `escher-execution-engine doctor` .*$/, '');
  }
}
