/** A plan, read once and checked before anything starts. */

import type { ExecutionEngineApi } from '../../../types/api';
import type { PlanStrategy } from '../../../types/plan';
import type { ExecutionMetadata, ExecutionRequest } from '../../../types/request';
import {
  asArray,
  asBoolean,
  asInteger,
  asOneOf,
  asPlainObject,
  asString,
  ExecutionError,
  optional,
  outOfRange,
  ownFields,
  ownValue,
  randomId,
  wrongValue,
} from '../../core/index';
import { requestCopy, withFields, withTags } from '../retry/attempt-request';
import { type CheckedPolicy, checkedPolicy } from '../retry/retry-policy';
import { neededSteps } from './dependencies';
import { ruleProblem } from './request-rules';
import type { Order } from './schedule';

const LONGEST_NAME = 256;

export interface CheckedStep {
  readonly name: string | null;
  readonly request: ExecutionRequest;
  /** `undefined`: the command is run once. */
  readonly policy: CheckedPolicy | undefined;
}

export interface CheckedPlan {
  readonly steps: readonly CheckedStep[];
  readonly order: Order;
}

/** The fields of each strategy besides its type. */
const STRATEGIES: Readonly<Record<PlanStrategy['type'], readonly string[]>> = {
  serial: ['stopOnError'],
  parallel: ['maxConcurrency', 'stopOnError'],
  dependencyGraph: ['dependencies', 'maxConcurrency', 'stopOnError'],
};

/** The id of a plan. That of an invalid one may be the reason of its rejection. */
export function planIdOf(plan: unknown): string {
  const id = ownValue(plan, 'id');
  return typeof id === 'string' && id !== '' ? id : randomId();
}

/** The shape of a plan. What is read is a copy: later changes by the caller have no effect. */
export function checkedPlan(given: unknown, id: string): CheckedPlan {
  try {
    return checked(given, id);
  } catch (error) {
    throw asInvalidPlan(error, '');
  }
}

/** Checks the requests as the engine does. Nothing is started. */
export async function checkRequests(engine: ExecutionEngineApi, plan: CheckedPlan): Promise<void> {
  const withdrawn = { signal: AbortSignal.abort() };
  for (const [index, { request }] of plan.steps.entries()) {
    try {
      // A request whose signal is aborted is checked, and not sent.
      await engine.execute(request, withdrawn).catch(ignoreAbort);
      const problem = ruleProblem(request, engine.config.maxTimeoutMs);
      if (problem !== undefined) throw new TypeError(problem);
    } catch (error) {
      throw asInvalidPlan(error, `commands[${index}]: `);
    }
  }
}

function ignoreAbort(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'ABORT_ERR') throw error;
}

/** Errors about something else than the plan, such as a closed engine, stay what they are. */
function asInvalidPlan(error: unknown, where: string): unknown {
  const isOwn = error instanceof ExecutionError;
  if (isOwn && error.reason === 'INVALID_DEPENDENCY_GRAPH') return error;
  const isAboutPlan =
    !isOwn || error.code === 'ERR_VALIDATION' || error.code === 'ERR_SERIALIZATION';
  if (!isAboutPlan) return error;
  const message = (error as Error).message.replace(/^Validation error: /, '');
  return new ExecutionError('ERR_VALIDATION', `Validation error: ${where}${message}`, {
    reason: 'INVALID_PLAN',
    cause: error,
  });
}

function checked(given: unknown, id: string): CheckedPlan {
  const known = ['id', 'description', 'strategy', 'commands', 'metadata'];
  const plan = ownFields('plan', asPlainObject('plan', given), known);
  optional(asName, 'plan.id', plan.id);
  optional(asString, 'plan.description', plan.description);
  const metadata = optional(asPlainObject, 'plan.metadata', plan.metadata) as ExecutionMetadata;
  const commands = asArray('plan.commands', plan.commands);
  if (commands.length === 0) throw wrongValue('plan.commands', 'must have at least one command');
  const steps = commands.map((command, index) => step(command, index, id, metadata));
  refuseEqual(steps, 'name', ({ name }) => name);
  refuseEqual(steps, 'id', ({ request }) => request.id?.toLowerCase());
  return { steps, order: order(plan.strategy, steps) };
}

function step(
  given: unknown,
  index: number,
  plan: string,
  shared: ExecutionMetadata | undefined,
): CheckedStep {
  const path = `plan.commands[${index}]`;
  const { name, retry, ...request } = requestCopy(path, given) as unknown as Record<
    string,
    unknown
  >;
  const known = optional(asName, `${path}.name`, name) ?? null;
  const policy = retry === undefined ? undefined : checkedPolicy(`${path}.retry`, retry);
  if (policy !== undefined && policy.attempts > 1 && ownValue(request, 'stdin') === 'pipe') {
    throw wrongValue(`${path}.stdin`, "must not be 'pipe' together with 'retry'. Use 'input'");
  }
  const whole = withShared(withFields(request, {}), shared);
  const tags = { plan, step: known ?? String(index) };
  return { name: known, request: withTags(whole, tags), policy };
}

/** What is not an object is left for the check of the request. */
function withShared(
  request: ExecutionRequest,
  shared: ExecutionMetadata | undefined,
): ExecutionRequest {
  const own: unknown = request.metadata ?? {};
  if (shared === undefined || typeof own !== 'object') return request;
  const metadata = { ...shared, ...asPlainObject('metadata', own) } as ExecutionMetadata;
  const tags = ownTags(shared);
  const all = tags === undefined ? {} : { tags: { ...tags, ...ownTags(own) } };
  return withFields(request, { metadata: { ...metadata, ...all } });
}

const ownTags = (metadata: unknown): Record<string, string> | undefined =>
  ownValue(metadata, 'tags') as Record<string, string> | undefined;

function refuseEqual(
  steps: readonly CheckedStep[],
  field: string,
  of: (step: CheckedStep) => string | null | undefined,
): void {
  const seen = new Map<string, number>();
  for (const [index, known] of steps.entries()) {
    const value = of(known);
    if (typeof value !== 'string') continue;
    const first = seen.get(value);
    if (first !== undefined) {
      const problem = `must be unique. '${value}' is also that of commands[${first}]`;
      throw wrongValue(`plan.commands[${index}].${field}`, problem);
    }
    seen.set(value, index);
  }
}

function order(given: unknown, steps: readonly CheckedStep[]): Order {
  const path = 'plan.strategy';
  const strategy = asPlainObject(path, given);
  const types = Object.keys(STRATEGIES) as PlanStrategy['type'][];
  const type = asOneOf(`${path}.type`, ownValue(strategy, 'type'), types);
  const fields = ownFields(path, strategy, ['type', ...STRATEGIES[type]]);
  const most = optional(asLimit, `${path}.maxConcurrency`, fields.maxConcurrency);
  const stopOnError = optional(asBoolean, `${path}.stopOnError`, fields.stopOnError);
  return {
    limit: type === 'serial' ? 1 : (most ?? Number.POSITIVE_INFINITY),
    stopOnError: stopOnError ?? type === 'serial',
    needs:
      type === 'dependencyGraph'
        ? neededSteps(
            `${path}.dependencies`,
            fields.dependencies,
            steps.map(({ name }) => name ?? undefined),
          )
        : steps.map(() => []),
  };
}

export const asLimit = (name: string, value: unknown): number => asInteger(name, value, 1);

function asName(name: string, value: unknown): string {
  const text = asString(name, value);
  if (text.length >= 1 && text.length <= LONGEST_NAME) return text;
  throw outOfRange(name, `a text of 1 to ${LONGEST_NAME} characters`, `${text.length} characters`);
}
