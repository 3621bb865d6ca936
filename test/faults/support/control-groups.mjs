// Whether control groups can limit a whole tree on this machine: the engine itself is asked.
import { ExecutionEngine } from 'escher-execution-engine';
import { sh } from './requests.mjs';

/** A limit for each controller that it needs. */
export const LIMITS = { memory: { memoryMax: 64 * 1_048_576 }, pids: { pidsMax: 50 } };

/** The error by which the engine refuses such a limit; `undefined` where it takes it. */
export async function refusal(controller) {
  const engine = new ExecutionEngine();
  try {
    await engine.run(sh('true', { limits: LIMITS[controller] }));
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await engine.shutdown();
  }
}

/** How a row comes to run that needs them. */
export const HOW_TO_DELEGATE =
  'where systemd is, `systemd-run --user --scope -p Delegate=yes` makes a group in which `npm run test:faults` runs it';
