/** Checks messages from the server. A message that passes has the type that `types/wire` declares. */

import type { WireMessage } from '../../../types/wire';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const ENDS: readonly unknown[] = ['completed', 'failed', 'timeout', 'cancelled'];

const isText: Check = (value) => typeof value === 'string';
const isBoolean: Check = (value) => typeof value === 'boolean';
const isNumber: Check = (value) => typeof value === 'number';
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isNull: Check = (value) => value === null;
const isAbsent: Check = (value) => value === undefined;

/** Nothing that a polluted `Object.prototype` adds. */
const own = (value: Fields, name: string): unknown =>
  Object.hasOwn(value, name) ? value[name] : undefined;

/** An object whose own fields pass `checks`. */
const has =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([name, check]) => check(own(value, name)));

const either =
  (...checks: Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));

const isLines = has({ stream: isText, lines: isListOf(isText), first_seq: isNumber });
const isLine = has({ line: isText, seq: isNumber });
const isMetadata: Check = (value) => isObject(value) && !Array.isArray(value);
const isFailure = has({ code: isText, message: isText });

const isOutcome = has({
  id: isText,
  status: (value) => ENDS.includes(value),
  started_at: isText,
  completed_at: isText,
  resource_usage: either(isNull, isObject),
  error_info: either(isNull, isFailure),
  command: isText,
  metadata: isMetadata,
});
const isBase64 = has({ base64: isText });
const resultOf = (isData: Check): Check => {
  const hasOutput = has({ stdout: isData, stderr: isData });
  return (value) => isOutcome(value) && hasOutput(value);
};
const isResult = resultOf(isText);
const isEnd = has({ result: isOutcome });

/** Unknown events pass: another version may have more. */
const EVENTS = new Map<unknown, Check>([
  ['started', has({ command: isText, pid: isNumber })],
  ['stdout', isLine],
  ['stderr', isLine],
  ['output', isLines],
  // The crate's event of that name, about plans, has neither field.
  [
    'progress',
    has({
      fraction: either(isAbsent, isNull, isNumber),
      label: either(isAbsent, isNull, isText),
    }),
  ],
  ['echo', has({ enabled: isBoolean, canonical: isBoolean })],
  ['status_changed', has({ old_status: isText, new_status: isText })],
  ['removed', has({ reason: isText })],
  ...ENDS.map((name): [unknown, Check] => [name, isEnd]),
]);

const isOfExecution: Check = (value) =>
  has({
    event_type: isText,
    execution_id: isText,
    timestamp: isText,
    key: either(isAbsent, isNull, isText),
  })(value) &&
  (EVENTS.get((value as Fields).event_type)?.(value) ?? true);

const isStep = has({ step: isNumber, name: either(isNull, isText) });
const isStepEnd: Check = (value) =>
  isStep(value) &&
  has({
    status: (status) => status === 'skipped' || ENDS.includes(status),
    execution_id: either(isNull, isText),
    error: either(isNull, isFailure),
  })(value);
const ofStep = (checks: Readonly<Record<string, Check>>): Check => {
  const hasOwn = has(checks);
  return (value) => isStep(value) && hasOwn(value);
};

const PLAN_EVENTS = new Map<unknown, Check>([
  ['step_started', ofStep({ execution_id: isText, pid: isNumber, command: isText })],
  [
    'step_retrying',
    ofStep({
      execution_id: isText,
      attempt: isNumber,
      delay_ms: isNumber,
      result: either(isNull, isOutcome),
    }),
  ],
  [
    'step_finished',
    (value) => isStepEnd(value) && has({ result: either(isNull, isOutcome) })(value),
  ],
  [
    'progress',
    has({ completed: isNumber, total: isNumber, current_command: either(isNull, isText) }),
  ],
]);

const isOfPlan: Check = (value) =>
  has({ event_type: isText, plan_id: isText, timestamp: isText })(value) &&
  (PLAN_EVENTS.get((value as Fields).event_type)?.(value) ?? true);

const isEvent = either(isOfPlan, isOfExecution);

const isPlanLine = ofStep({ stream: isText, line: isText });
/** With or without output. */
const isStepResult: Check = (value) =>
  isOutcome(value) &&
  either(isAbsent, isResult)(own(value as Fields, 'stdout') === undefined ? undefined : value) &&
  either(isAbsent, isListOf(isOutcome))(own(value as Fields, 'attempts'));
const isPlanResult = has({
  plan_id: isText,
  status: isText,
  results: isListOf(either(isNull, isStepResult)),
  steps: isListOf(isStepEnd),
  total_duration_ms: isNumber,
  stats: isObject,
});

const isError: Check = (value) =>
  isFailure(value) && either(isAbsent, isResult)(own(value as Fields, 'result'));

const MESSAGES = new Map<unknown, Check>([
  ['event', has({ payload: isEvent })],
  ['lines', has({ reader: isNumber, payload: isLines })],
  ['plan_lines', has({ reader: isNumber, payload: isListOf(isPlanLine) })],
  ['plan_result', has({ seq: either(isNull, isNumber) })],
  ['response', has({ seq: either(isNull, isNumber), error: either(isAbsent, isError) })],
]);

/** For another protocol version only the version number is checked. */
const isHello: Check = (value) =>
  has({ protocol: isNumber })(value) &&
  ((value as Fields).protocol !== 1 ||
    has({ pid: isNumber, max_line_bytes: isNumber, config: isObject })(value));

/** The answers whose fields are read, by the type of the request. */
const ANSWERS = new Map<string, Check>([
  ['hello', isHello],
  ['get_result', either(isNull, isResult, resultOf(isBase64))],
  ['wait_for_completion', isResult],
  ['execute_plan', isPlanResult],
  ['list', isListOf(has({ id: isText, status: isText, started_at: isText, metadata: isMetadata }))],
  ['stats', isObject],
  [
    'attach',
    has({
      run: either(isNull, isNumber),
      status: isText,
      pid: either(isNull, isNumber),
      key: either(isNull, isText),
      result: either(isNull, isOutcome),
    }),
  ],
]);

/** The message on a line; `undefined` if the line is not a message of the bridge. */
export function parseMessage(line: string): WireMessage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(message) || !isText(own(message, 'type'))) return undefined;
  const isValid = MESSAGES.get(message.type)?.(message) ?? true;
  return isValid ? ({ __proto__: null, ...message } as unknown as WireMessage) : undefined;
}

/** Whether `payload` is a valid answer to a request of that type. */
export function isAnswer(type: string, payload: unknown): boolean {
  return ANSWERS.get(type)?.(payload) ?? true;
}
