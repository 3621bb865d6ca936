/** What `console.log` shows of a result. */

import type * as util from 'node:util';

type Inspect = typeof util.inspect;

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

/** Of a longer text, so much of its begin and of its end is shown: errors stand at the end. */
const ENDS = { characters: 240, lines: 6 };
const SHOWN_BYTES = 32;

/**
 * Makes a result print short. It stays plain data: the property is a symbol and not enumerable, so
 * that copies, JSON, `structuredClone` and comparisons do not see it.
 */
export function printable<Result extends object>(result: Result): Result {
  return Object.defineProperty(result, CUSTOM, HOW);
}

const HOW: PropertyDescriptor = { value: inspectResult, configurable: true, writable: true };

function inspectResult(
  this: object,
  depth: number,
  options: util.InspectOptionsStylized,
  inspect: Inspect,
): string {
  if (depth < 0) return options.stylize('[ExecutionResult]', 'special');
  const telling = Object.entries(this)
    .filter(([, value]) => tells(value))
    .map(([name, value]) => [name, typeof value === 'string' ? shortened(value) : value]);
  const maxArrayLength = Math.min(options.maxArrayLength ?? Number.POSITIVE_INFINITY, SHOWN_BYTES);
  return `ExecutionResult ${inspect(Object.fromEntries(telling), { ...options, maxArrayLength })}`;
}

/** Most fields of most results say that there was nothing. */
function tells(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function shortened(text: string): unknown {
  const begin = firstLines(text);
  const end = lastLines(text);
  const left = text.length - begin.length - end.length;
  if (left <= 0) return text;
  return {
    [CUSTOM](_depth: number, options: util.InspectOptionsStylized, inspect: Inspect): string {
      const line = { ...options, breakLength: Number.POSITIVE_INFINITY };
      return `${inspect(begin, line)} ... ${left} more characters ... ${inspect(end, line)}`;
    },
  };
}

function firstLines(text: string): string {
  const part = text.slice(0, ENDS.characters);
  return part.split('\n').slice(0, ENDS.lines).join('\n');
}

function lastLines(text: string): string {
  const part = text.slice(-ENDS.characters);
  // What ends in a line break has an empty piece behind it.
  return part
    .split('\n')
    .slice(-ENDS.lines - 1)
    .join('\n');
}
