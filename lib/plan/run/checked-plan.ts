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
  asShortText,
  asString,
  invalidPlan,
  listOf,
  optional,
  ownFields,
  ownValue,
  randomId,
  wrongValue,
} from '../../core/index';
import { requestCopy, withFields, withTags } from '../retry/attempt-request';
import { type CheckedPolicy, checkedPolicy } from '../retry/retry-policy';
import { neededSteps } from './dependencies';
import type { Order } from './schedule';

export interface CheckedStep {
  readonly name: string | null;
  readonly request: ExecutionRequest;
  /** `undefined`: the command is run once. */
  readonly policy: CheckedPolicy | undefined;
}

export interface CheckedPlan {
  readonly steps: readonly CheckedStep[];
  readonly order: Order;
  /** The steps that no other step comes before: what they need must exist before the plan starts. */
  readonly first: ReadonlySet<number>;
}

/** More at a time would not be faster, and would fill the connection to another process. */
const CHECKS_AT_A_TIME = 64;

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
    throw invalidPlan(error);
  }
}

/**
 * Has the engine check the requests. Nothing is started. The files of a step that another one comes before are checked at
 * its start: that one may create them.
 * @throws the error of the first invalid request
 */
export async function checkRequests(
  engine: Pick<ExecutionEngineApi, 'validate'>,
  { steps, first }: CheckedPlan,
): Promise<void> {
  let next = 0;
  let failure: { index: number; error: unknown } | undefined;
  const check = async (): Promise<void> => {
    while (next < Math.min(steps.length, failure?.index ?? Number.POSITIVE_INFINITY)) {
      const index = next++;
      try {
        const { request } = steps[index] as CheckedStep;
        await engine.validate(request, { files: first.has(index) });
      } catch (error) {
        if (failure === undefined || index < failure.index) failure = { index, error };
      }
    }
  };
  await Promise.all(Array.from({ length: CHECKS_AT_A_TIME }, check));
  if (failure !== undefined) throw invalidPlan(failure.error, `commands[${failure.index}]: `);
}

function checked(given: unknown, id: string): CheckedPlan {
  const known = ['id', 'description', 'strategy', 'commands', 'metadata'];
  const plan = ownFields('plan', asPlainObject('plan', given), known);
  optional(asShortText, 'plan.id', plan.id);
  optional(asString, 'plan.description', plan.description);
  const metadata = optional(asPlainObject, 'plan.metadata', plan.metadata) as ExecutionMetadata;
  const commands = asArray('plan.commands', plan.commands);
  if (commands.length === 0) {
    const problem = 'must have at least one command. Received an empty array';
    throw wrongValue('plan.commands', problem);
  }
  const steps = commands.map((command, index) => step(command, index, id, metadata));
  refuseEqual(steps, 'name', ({ name }) => name);
  refuseEqual(steps, 'id', ({ request }) => request.id?.toLowerCase());
  const ordered = order(plan.strategy, steps);
  return { steps, order: ordered.order, first: ordered.first };
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
  const known = optional(asShortText, `${path}.name`, name) ?? null;
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

function order(
  given: unknown,
  steps: readonly CheckedStep[],
): Pick<CheckedPlan, 'order' | 'first'> {
  const path = 'plan.strategy';
  const strategy = asPlainObject(path, given);
  const types = Object.keys(STRATEGIES) as PlanStrategy['type'][];
  const type = asOneOf(`${path}.type`, ownValue(strategy, 'type'), types);
  for (const field of Object.keys(strategy)) {
    const others = types.filter((other) => STRATEGIES[other].includes(field));
    if (others.length === 0 || others.includes(type)) continue;
    throw wrongValue(`${path}.${field}`, `is a field of the strategies ${listOf(others)}`);
  }
  const fields = ownFields(path, strategy, ['type', ...STRATEGIES[type]]);
  const most = optional(asLimit, `${path}.maxConcurrency`, fields.maxConcurrency);
  const stopOnError = optional(asBoolean, `${path}.stopOnError`, fields.stopOnError);
  const isSerial = type === 'serial';
  const needs =
    type === 'dependencyGraph'
      ? neededSteps(
          `${path}.dependencies`,
          fields.dependencies,
          steps.map(({ name }) => name ?? undefined),
        )
      : steps.map(() => []);
  return {
    order: {
      limit: isSerial ? 1 : (most ?? Number.POSITIVE_INFINITY),
      stopOnError: stopOnError ?? isSerial,
      needs,
    },
    first: new Set(isSerial ? [0] : [...needs.keys()].filter((step) => needs[step]?.length === 0)),
  };
}

export const asLimit = (name: string, value: unknown): number => asInteger(name, value, 1);
