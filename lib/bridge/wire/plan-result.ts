/** Converts results of plans between the API and the wire. */

import type { ExecutionErrorInfo } from '../../../types/errors';
import type { PlanExecutionResult, PlanStep, RetriedResult } from '../../../types/plan';
import type { ExecutionResult } from '../../../types/result';
import type { WireOutcome, WireResult } from '../../../types/wire';
import type { WirePlanResult, WirePlanStep, WireStepResult } from '../../../types/wire-plan';
import { ownValue, setAllOwn } from '../../core/index';
import { nameMap } from './name-map';
import { outcomeFromWire, outcomeToWire, resultFromWire, resultToWire } from './result';
import { durationToWire } from './values';

type StepResult = ExecutionResult | RetriedResult;

/**
 * The result of a plan as the wire has it; results of steps are those of the crate.
 * @param withOutput - whether the results have stdout and stderr; `true` if it is not set
 */
export function planResultToWire(result: PlanExecutionResult, withOutput = true): WirePlanResult {
  return {
    plan_id: result.planId,
    status: result.status,
    results: result.results.map((each) => each && stepResultToWire(each, withOutput)),
    steps: result.steps.map(stepToWire),
    total_duration: durationToWire(result.totalDurationMs),
    total_duration_ms: result.totalDurationMs,
    stats: { ...result.stats },
  };
}

/** The result of a plan from the wire. Results that have no output have empty texts, and `outputDropped`. */
export function planResultFromWire(wire: WirePlanResult): PlanExecutionResult {
  return {
    planId: wire.plan_id,
    status: wire.status,
    results: wire.results.map((each) => each && stepResultFromWire(each)),
    steps: wire.steps.map(stepFromWire),
    totalDurationMs: wire.total_duration_ms,
    stats: { ...wire.stats },
  };
}

/** For results that are longer than a string can be. */
export function withoutOutput(result: WirePlanResult): WirePlanResult {
  return { ...result, results: result.results.map((each) => each && outcomeOnly(each)) };
}

function outcomeOnly(given: WireStepResult): WireStepResult {
  const {
    stdout: _out,
    stderr: _err,
    attempts: _,
    ...outcome
  } = given as WireResult & WireStepResult;
  const attempts = ownValue(given, 'attempts') as WireStepResult[] | undefined;
  const hadOutput = outcome.stdout_bytes + outcome.stderr_bytes > 0;
  return {
    ...outcome,
    output_dropped: outcome.output_dropped || hadOutput,
    ...(attempts !== undefined && { attempts: attempts.map(outcomeOnly) }),
  };
}

/** The characters of the output in a result. */
export function outputLength(result: WirePlanResult): number {
  const lengthOf = (each: WireStepResult): number => {
    const [stdout, stderr] = ['stdout', 'stderr'].map((name) => ownValue(each, name) ?? '');
    const attempts = (ownValue(each, 'attempts') ?? []) as WireStepResult[];
    const own = (stdout as string).length + (stderr as string).length;
    return attempts.reduce((sum, one) => sum + lengthOf(one), own);
  };
  return result.results.reduce((sum, each) => sum + (each === null ? 0 : lengthOf(each)), 0);
}

function stepResultToWire(result: StepResult, withOutput: boolean): WireStepResult {
  const convert = (each: ExecutionResult): WireResult | WireOutcome =>
    withOutput ? (resultToWire(each) as WireResult) : outcomeToWire(each);
  const attempts = ownValue(result, 'attempts') as ExecutionResult[] | undefined;
  const own = convert(result);
  return attempts === undefined ? own : setAllOwn(own, { attempts: attempts.map(convert) });
}

function stepResultFromWire(wire: WireStepResult): StepResult {
  const attempts = ownValue(wire, 'attempts') as WireStepResult[] | undefined;
  const own = wholeFromWire(wire);
  return attempts === undefined ? own : setAllOwn(own, { attempts: attempts.map(wholeFromWire) });
}

function wholeFromWire(wire: WireStepResult): ExecutionResult {
  if (Object.hasOwn(wire, 'stdout')) return resultFromWire(wire as WireResult);
  const outcome = outcomeFromWire(wire);
  const outputDropped = outcome.outputDropped || outcome.stdoutBytes + outcome.stderrBytes > 0;
  return setAllOwn(outcome, { stdout: '', stderr: '', outputDropped });
}

function stepToWire({ step, name, status, executionId, error }: PlanStep): WirePlanStep {
  return { step, name, status, execution_id: executionId, error: errorInfoToWire(error) };
}

function stepFromWire({ step, name, status, execution_id, error }: WirePlanStep): PlanStep {
  return { step, name, status, executionId: execution_id, error: errorInfoFromWire(error) };
}

/** With the field names of the wire in its message. */
export const errorInfoToWire = (error: ExecutionErrorInfo | null): ExecutionErrorInfo | null =>
  error && { ...error, message: nameMap.toWire(error.message) };

export const errorInfoFromWire = (error: ExecutionErrorInfo | null): ExecutionErrorInfo | null =>
  error && { ...error, message: nameMap.fromWire(error.message) };
