/** What came from the other side, on the side that asks: of the bridge, or not. Whoever handles it need not look again. */

import type { WireMessage } from '../../types/wire';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const ENDS: readonly unknown[] = ['completed', 'failed', 'timeout', 'cancelled'];

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isNull: Check = (value) => value === null;
const isNotThere: Check = (value) => value === undefined;

/** An object whose fields are as `checks` say. */
const has =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([name, check]) => check(value[name]));

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

/** Those that are not there go through: other versions may have more. */
const EVENTS = new Map<unknown, Check>([
  ['started', has({ command: isText, pid: isNumber })],
  ['stdout', isLine],
  ['stderr', isLine],
  ['output', isLines],
  // That of the crate, about plans, has neither.
  [
    'progress',
    has({
      fraction: either(isNotThere, isNull, isNumber),
      label: either(isNotThere, isNull, isText),
    }),
  ],
  ['status_changed', has({ old_status: isText, new_status: isText })],
  ...ENDS.map((name): [unknown, Check] => [name, isEnd]),
]);

const isEvent: Check = (value) =>
  has({ event_type: isText, execution_id: isText, timestamp: isText })(value) &&
  (EVENTS.get((value as Fields).event_type)?.(value) ?? true);

const isError: Check = (value) =>
  isFailure(value) && either(isNotThere, isResult)((value as Fields).result);

const MESSAGES = new Map<unknown, Check>([
  ['event', has({ payload: isEvent })],
  ['lines', has({ reader: isNumber, payload: isLines })],
  ['response', has({ seq: either(isNull, isNumber), error: either(isNotThere, isError) })],
]);

/** Of another version nothing else is known. */
const isHello: Check = (value) =>
  has({ protocol: isNumber })(value) &&
  ((value as Fields).protocol !== 1 ||
    has({ pid: isNumber, max_line_bytes: isNumber, config: isObject })(value));

/** Of the questions whose answers are taken apart. */
const ANSWERS = new Map<string, Check>([
  ['hello', isHello],
  ['get_result', either(isNull, isResult, resultOf(isBase64))],
  ['wait_for_completion', isResult],
  ['list', isListOf(has({ id: isText, status: isText, started_at: isText, metadata: isMetadata }))],
  ['stats', isObject],
]);

/** The message on a line. `undefined`: it is none. */
export function messageOf(line: string): WireMessage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(message) || typeof message.type !== 'string') return undefined;
  const isGood = MESSAGES.get(message.type)?.(message) ?? true;
  return isGood ? (message as unknown as WireMessage) : undefined;
}

/** Whether it can be the answer to a question of that type. */
export function isAnswer(type: string, payload: unknown): boolean {
  return ANSWERS.get(type)?.(payload) ?? true;
}
