/** Launches a command: whether it runs, how long the launch takes, and whether its output arrives. */

import { readdirSync, readlinkSync } from 'node:fs';
import type { ExecutionRequest } from '../../../types/request';
import type { ExecutionEngine } from '../../core/index';
import { type Check, limited, missing, ok } from './check';

const LINES = 1000;
const SCRIPT = `for (let i = 1; i <= ${LINES}; i++) console.log(i)`;

/** Node.js itself, because it is always available. */
const command: ExecutionRequest['command'] = {
  type: 'exec',
  program: process.execPath,
  args: ['-e', SCRIPT],
};

export async function launchChecks(engine: ExecutionEngine): Promise<Check[]> {
  let lines = 0;
  let usesPidfd = false;
  const run = engine.run({ command, timeoutMs: 30_000, env: { NODE_OPTIONS: undefined } });
  run.on('started', () => {
    usesPidfd = hasOpenPidfd();
  });
  run.on('stdout', ({ line }) => {
    if (Number(line) === lines + 1) lines++;
  });
  try {
    const { success, durationMs, error } = await run;
    const { spawnMs, guarded } = await engine.stats();
    const value = `${spawnMs.p50.toFixed(1)} ms to launch, ${Math.round(durationMs)} ms to run`;
    if (!success) return [failedLaunchCheck(error?.message ?? 'it ended unexpectedly')];
    return [
      launchCheck(value),
      streamCheck(lines),
      ...waitChecks(usesPidfd),
      ...watchdogChecks(guarded),
    ];
  } catch (error) {
    return [failedLaunchCheck((error as Error).message)];
  }
}

const launchCheck = (value: string): Check =>
  ok({ id: 'launch', name: 'Test launch', value, needed: true });

function failedLaunchCheck(value: string): Check {
  const meaning = 'commands cannot be run';
  const cure = 'See the message. A sandbox or a limit may forbid the launch.';
  return missing({ id: 'launch', name: 'Test launch', value, needed: true, meaning, cure });
}

function streamCheck(lines: number): Check {
  const check = {
    id: 'stream',
    name: 'Test output',
    value: `${lines} of ${LINES} lines, in order`,
  };
  if (lines === LINES) return ok({ ...check, needed: true });
  const meaning = 'output does not arrive as it was written';
  return missing({ ...check, needed: true, meaning, cure: 'Report it with this table.' });
}

/** Whether the engine has a pidfd for the command: a sandbox may forbid what the kernel supports. */
function waitChecks(usesPidfd: boolean): Check[] {
  if (process.platform !== 'linux') return [];
  const check = { id: 'pidfd-used', name: 'Test wait' };
  if (usesPidfd) return [ok({ ...check, value: 'by pidfd' })];
  const meaning = 'the kernel or a sandbox rejects pidfds: a thread waits for each process';
  const cure = 'Allow `clone` with CLONE_PIDFD and `pidfd_open` in the sandbox.';
  return [limited({ ...check, value: 'by thread', meaning, cure })];
}

/** Whether the engine has a watchdog that sees the processes which it must end. */
export function watchdogChecks(guarded: boolean): Check[] {
  if (process.platform === 'win32') {
    return [ok({ id: 'job', name: 'Test job', value: 'the commands of a dead host end' })];
  }
  if (process.platform !== 'linux') return [];
  const check = { id: 'watchdog', name: 'Test watchdog' };
  if (guarded) return [ok({ ...check, value: 'runs' })];
  const meaning = 'if the host is killed, descendants of its commands live on';
  const cure =
    'Mount `/proc` of the PID namespace of the host, and allow a sandboxed host to execute files in memory or in the temporary directory.';
  return [limited({ ...check, value: 'does not run', meaning, cure })];
}

function hasOpenPidfd(): boolean {
  if (process.platform !== 'linux') return false;
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return /pidfd/.test(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      return false;
    }
  });
}
