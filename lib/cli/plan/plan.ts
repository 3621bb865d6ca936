/** `plan`: runs the commands of a JSON file. */

import type {
  ExecutionPlan,
  PlanEventName,
  PlanExecutionResult,
  PlanLine,
  PlanRun,
} from '../../../types/plan';
import type { ExecutionRequest } from '../../../types/request';
import type { CommandIo } from '../../../types/subcommand';
import { ExecutionEngine, ExecutionError, ownValue } from '../../core/index';
import { executePlan } from '../../plan/index';
import { Interrupts } from '../run/interrupts';
import { OutputSink } from '../run/output-sink';
import { subcommand } from '../subcommand';
import { UsageError } from '../usage-error';
import { PLAN, PLAN_FIELDS, type PlanCommandOptions, planOptions } from './plan-options';
import { failedOutputText, finishedText, retryingText, stepName, summaryText } from './step-text';

export const planCommand = subcommand(PLAN, (args, io) => runPlan(planOptions(args), io));

const EVENTS: readonly PlanEventName[] = [
  'stepStarted',
  'stepRetrying',
  'stepFinished',
  'progress',
];

async function runPlan(options: PlanCommandOptions, io: CommandIo): Promise<number> {
  const engine = new ExecutionEngine({ maxConcurrentExecutions: options.concurrency });
  const run = executePlan(engine, options.plan);
  const interrupts = new Interrupts(run, mostSteps(options.plan), () => undefined);
  // A reader that has gone ends the plan.
  const sink = new OutputSink(io.stdout, () => void run.cancel());
  try {
    const result = await report(run, options, sink);
    await sink.drained();
    if (sink.isBroken) return 1;
    return interrupts.exitCode ?? (result.status === 'completed' ? 0 : 1);
  } catch (error) {
    if (!(error instanceof ExecutionError) || error.code !== 'ERR_VALIDATION') throw error;
    throw new UsageError(error.message, PLAN_FIELDS);
  } finally {
    interrupts.stop();
    await engine.shutdown();
  }
}

/** The most steps that a command has before SIGKILL. The plan is not checked yet. */
function mostSteps(plan: ExecutionPlan): number {
  const commands = ownValue(plan, 'commands');
  if (!Array.isArray(commands)) return 1;
  const steps = commands.map((command) => ownValue(command, 'stop') as ExecutionRequest['stop']);
  return Math.max(1, ...steps.map((stop) => (Array.isArray(stop) ? stop.length : 1)));
}

async function report(
  run: PlanRun,
  { json, output }: PlanCommandOptions,
  sink: OutputSink,
): Promise<PlanExecutionResult> {
  const write = (event: string, payload: object): void =>
    sink.write(`${JSON.stringify({ event, ...payload })}\n`);
  if (json) for (const name of EVENTS) run.on(name, (payload) => write(name, payload));
  else {
    run.on('stepRetrying', (event) => sink.write(retryingText(event)));
    run.on('stepFinished', (event) => sink.write(finishedText(event)));
  }
  if (json) await eachLine(run, sink, (line) => write('line', line));
  else if (output) await eachLine(run, sink, (line) => sink.write(lineText(line)));
  const result = await run;
  if (json) write('result', result);
  else sink.write(`${output ? '' : failedOutputText(result)}${summaryText(result)}`);
  return result;
}

/** A reader that is slow holds the commands back. */
async function eachLine(
  run: PlanRun,
  sink: OutputSink,
  take: (line: PlanLine) => void,
): Promise<void> {
  for await (const line of run) {
    take(line);
    if (sink.isFull) await sink.drained();
  }
}

const lineText = (line: PlanLine): string => `${stepName(line)} | ${line.line}\n`;
