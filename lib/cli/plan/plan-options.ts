/** The options of `plan`, and the file with the plan. */

import { readFileSync } from 'node:fs';
import type { ExecutionPlan } from '../../../types/plan';
import { syntaxProblem } from '../../core/index';
import type { ParsedArguments } from '../arguments';
import { type SubcommandSpec, switchOption, valueOption } from '../subcommand-spec';
import { UsageError } from '../usage-error';

export interface PlanCommandOptions {
  plan: ExecutionPlan;
  concurrency: number;
  json: boolean;
  output: boolean;
}

const MOST = 10_000;

/** What is allowed in a file. */
export const PLAN_FIELDS =
  'a JSON file such as {"strategy":{"type":"serial"},"commands":[{"command":{"type":"shell","command":"make"}}]}';

export const PLAN: SubcommandSpec = {
  name: 'plan',
  operands: 'FILE',
  description:
    'Runs the commands of a plan: a JSON file with the fields of executePlan(). Prints a line for each\n' +
    'step, with its state.',
  options: {
    concurrency: valueOption('N', 'commands that run at a time, at most (default: 100)'),
    output: switchOption('also print the output of the commands, each line with its step', 'o'),
    json: switchOption('print events as JSON lines instead, the output and the result among them'),
  },
  notes: [
    'FILE may be - for standard input. The exit code is 0 if all steps succeeded, else 1. The first',
    'Ctrl-C cancels the plan, a second one kills its commands, or goes on to the next step of `stop`.',
  ],
  examples: ['deploy.json', '--output --concurrency 4 build.json', '--json - < plan.json'],
};

export function planOptions({ values, switches, operands }: ParsedArguments): PlanCommandOptions {
  const [file, extra] = operands;
  if (file === undefined || extra !== undefined) {
    const given = file === undefined ? 'none' : `${operands.length}`;
    throw new UsageError(`one FILE is required, received ${given}.`, 'FILE, after the options');
  }
  return {
    plan: readPlan(file),
    concurrency: concurrencyOf(values.get('concurrency')?.[0]),
    json: switches.has('json'),
    output: switches.has('output'),
  };
}

function concurrencyOf(text: string | undefined): number {
  if (text === undefined) return 100;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= MOST) return value;
  const problem = `--concurrency must be an integer in range, received '${text}'.`;
  throw new UsageError(problem, `an integer from 1 to ${MOST}`);
}

/** What the plan must have is checked when it is executed. */
function readPlan(file: string): ExecutionPlan {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file} cannot be read (${code}).`, PLAN_FIELDS);
  }
  try {
    return JSON.parse(text) as ExecutionPlan;
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${syntaxProblem(error)}`, PLAN_FIELDS);
  }
}
