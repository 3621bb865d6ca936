/** `doctor`: what this machine offers to the engine, the consequences of what is missing, and the fixes. */

import type { CommandIo } from '../../../types/subcommand';
import { ExecutionEngine } from '../../core/index';
import { ExitCode } from '../exit-codes';
import { PROGRAM } from '../program';
import { subcommand } from '../subcommand';
import { type SubcommandSpec, switchOption } from '../subcommand-spec';
import { cgroupChecks } from './cgroup';
import type { Check } from './check';
import { fileChecks } from './files';
import { kernelChecks } from './kernel';
import { launchChecks } from './launch';
import { limitChecks } from './limits';
import { thisMachine } from './machine';
import { packageChecks } from './package';
import { tableOf } from './table';
import { treeLimitChecks } from './tree-limits';

const DOCTOR: SubcommandSpec = {
  name: 'doctor',
  operands: '',
  description: 'Checks what this machine offers to the engine, and how to fix what is missing.',
  options: { json: switchOption('print one JSON object with all checks instead of the table') },
  notes: ['Exit code: 0, or 1 if something that commands need is missing.'],
  examples: ['', '--json'],
};

export const doctor = subcommand(DOCTOR, async ({ switches }, io) => {
  const checks = await runChecks(io);
  const healthy = !checks.some(({ state, needed }) => state === 'missing' && needed);
  const report = switches.has('json')
    ? `${JSON.stringify({ healthy, checks }, null, 2)}\n`
    : tableOf(checks, isColored(io));
  const failure = await write(io.stdout, report);
  // A reader that closes the pipe early is no failure.
  if (failure !== undefined && failure.code !== 'EPIPE') {
    io.stderr.write(`${PROGRAM} doctor: cannot write to stdout: ${failure.message}\n`);
    return ExitCode.engineFailed;
  }
  return healthy ? 0 : 1;
});

const isColored = ({ stdout, env }: CommandIo): boolean =>
  stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';

/** Resolves to the error of the write, if there is one. */
function write(
  stream: CommandIo['stdout'],
  text: string,
): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    stream.write(text, (error) => resolve(error ?? undefined));
  });
}

async function runChecks({ env }: CommandIo): Promise<Check[]> {
  const machine = thisMachine(env);
  const engine = createEngine();
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

function createEngine(): ExecutionEngine | Error {
  try {
    return new ExecutionEngine({ ioThreads: 1 });
  } catch (error) {
    return error as Error;
  }
}
