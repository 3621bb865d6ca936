/** A real command: whether it runs, how long its launch takes, and whether its lines come. */

import { readdirSync, readlinkSync } from 'node:fs';
import type { ExecutionRequest } from '../../../types/request';
import type { ExecutionEngine } from '../../index';
import { type Check, limited, missing, ok } from './check';

const LINES = 1000;
const SCRIPT = `for (let i = 1; i <= ${LINES}; i++) console.log(i)`;

/** Node itself: it is there, whatever else is not. */
const command: ExecutionRequest['command'] = {
  type: 'exec',
  program: process.execPath,
  args: ['-e', SCRIPT],
};

export async function launchChecks(engine: ExecutionEngine): Promise<Check[]> {
  let lines = 0;
  let pidfd = false;
  const run = engine.run({ command, timeoutMs: 30_000, env: { NODE_OPTIONS: undefined } });
  run.on('started', () => {
    pidfd = holdsPidfd();
  });
  run.on('stdout', ({ line }) => {
    if (Number(line) === lines + 1) lines++;
  });
  try {
    const { success, durationMs, error } = await run;
    const { spawnMs } = await engine.stats();
    const value = `${spawnMs.p50.toFixed(1)} ms to launch, ${Math.round(durationMs)} ms to run`;
    if (!success) return [failed(error?.message ?? 'it ended otherwise than it should')];
    return [launched(value), streamed(lines), ...(await waiting(pidfd))];
  } catch (error) {
    return [failed((error as Error).message)];
  }
}

const launched = (value: string): Check =>
  ok({ id: 'launch', name: 'Test launch', value, needed: true });

function failed(value: string): Check {
  const meaning = 'commands cannot be run';
  const cure = 'See the message; a sandbox or a limit may be in the way.';
  return missing({ id: 'launch', name: 'Test launch', value, needed: true, meaning, cure });
}

function streamed(lines: number): Check {
  const check = {
    id: 'stream',
    name: 'Test output',
    value: `${lines} of ${LINES} lines, in order`,
  };
  if (lines === LINES) return ok({ ...check, needed: true });
  const meaning = 'output does not come as it was written';
  return missing({ ...check, needed: true, meaning, cure: 'Report it, with this table.' });
}

/** What the engine really has, whatever the version of the kernel promises. */
async function waiting(pidfd: boolean): Promise<Check[]> {
  if (process.platform !== 'linux') return [];
  const check = { id: 'pidfd-used', name: 'Test wait' };
  if (pidfd) return [ok({ ...check, value: 'by pidfd' })];
  const meaning = 'the kernel or a sandbox refuses pidfds: ends are noticed later';
  const cure = 'Allow clone with CLONE_PIDFD and pidfd_open in the sandbox.';
  return [limited({ ...check, value: 'by timer', meaning, cure })];
}

function holdsPidfd(): boolean {
  if (process.platform !== 'linux') return false;
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return /pidfd/.test(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      return false;
    }
  });
}
