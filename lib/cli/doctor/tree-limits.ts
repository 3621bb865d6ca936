/** Limits that hold for a whole tree: the engine is asked, by commands that have them. */

import type { ProcessLimits } from '../../../types/request';
import type { ExecutionEngine } from '../../index';
import { type Check, limited, ok } from './check';

/** Far more than the command takes. */
const LIMITS: readonly ProcessLimits[] = [{ memoryMax: 1_073_741_824 }, { pidsMax: 1000 }];

const CURE =
  'None needed. With systemd 254 or later `systemd-run --user -p Delegate=yes -p DelegateSubgroup=host …` starts the host in a group of its own.';

export async function treeLimitChecks(engine: ExecutionEngine): Promise<Check[]> {
  if (process.platform !== 'linux') return [];
  const check = { id: 'cgroup-limits', name: 'Limits of a tree' };
  const names = LIMITS.flatMap(Object.keys);
  const refusals = await Promise.all(LIMITS.map((limits) => refusal(engine, limits)));
  const reason = refusals.find((one) => one !== undefined);
  if (reason === undefined) return [ok({ ...check, value: names.join(', ') })];
  const refused = names.filter((_, i) => refusals[i] !== undefined).join(', ');
  return [limited({ ...check, value: `refused: ${refused}`, meaning: reason, cure: CURE })];
}

/** Why the engine does not take them; `undefined`: it does. */
async function refusal(
  engine: ExecutionEngine,
  limits: ProcessLimits,
): Promise<string | undefined> {
  try {
    await engine.run({ command: { type: 'shell', command: ':' }, limits, timeoutMs: 30_000 });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
