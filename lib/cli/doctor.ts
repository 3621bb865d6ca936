/** `doctor`: what this machine offers, what follows from what it lacks, and the cure. */

import type { CommandIo } from '../command';
import { ExecutionEngine } from '../index';
import { type CommandSpec, subcommand } from './arguments';
import { cgroupChecks } from './doctor/cgroup';
import type { Check } from './doctor/check';
import { fileChecks } from './doctor/files';
import { kernelChecks } from './doctor/kernel';
import { launchChecks } from './doctor/launch';
import { limitChecks } from './doctor/limits';
import { thisMachine } from './doctor/machine';
import { packageChecks } from './doctor/package';
import { tableOf } from './doctor/table';
import { treeLimitChecks } from './doctor/tree-limits';
import { ENGINE_FAILED } from './exit-codes';
import { PROGRAM } from './program';
import { UsageError } from './usage-error';

const DOCTOR: CommandSpec = {
  name: 'doctor',
  operands: '',
  about: 'Tells what this machine offers to the engine, and what to do about what it lacks.',
  options: { json: { about: 'one JSON object with all checks, in place of the table' } },
  notes: ['Exit code: 0; 1 when something is missing that commands need.'],
  examples: ['', '--json'],
};

export const doctor = subcommand(DOCTOR, async ({ switches, operands }, io) => {
  if (operands[0] !== undefined) {
    throw new UsageError(
      `unexpected '${operands[0]}'.`,
      '--json, --help, and nothing else',
      '--json',
    );
  }
  const checks = await examine(io);
  const healthy = !checks.some(({ state, needed }) => state === 'missing' && needed);
  const colored =
    io.stdout.isTTY === true && (io.env.NO_COLOR ?? '') === '' && io.env.TERM !== 'dumb';
  const report = switches.has('json')
    ? `${JSON.stringify({ healthy, checks }, null, 2)}\n`
    : tableOf(checks, colored);
  const failure = await write(io.stdout, report);
  // Whoever stopped reading has seen enough.
  if (failure !== undefined && failure.code !== 'EPIPE') {
    io.stderr.write(`${PROGRAM} doctor: cannot write to stdout: ${failure.message}\n`);
    return ENGINE_FAILED;
  }
  return healthy ? 0 : 1;
});

function write(
  stream: CommandIo['stdout'],
  text: string,
): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    stream.write(text, (error) => resolve(error ?? undefined));
  });
}

async function examine({ env }: CommandIo): Promise<Check[]> {
  const machine = thisMachine(env);
  const engine = make();
  const loadError = engine instanceof Error ? engine : undefined;
  const checks = [
    ...packageChecks(machine, loadError),
    ...kernelChecks(machine),
    ...cgroupChecks(machine),
    ...limitChecks(machine),
    ...fileChecks(machine),
  ];
  if (!(engine instanceof Error)) {
    checks.push(...(await launchChecks(engine)), ...(await treeLimitChecks(engine)));
  }
  return checks;
}

function make(): ExecutionEngine | Error {
  try {
    return new ExecutionEngine({ ioThreads: 1 });
  } catch (error) {
    return error as Error;
  }
}
