/** How `console.log` prints a result. */

import type * as util from 'node:util';

type Inspect = typeof util.inspect;

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

/** How much of a long text is shown, at its start and at its end. Error messages are at the end. */
const ENDS = { characters: 240, lines: 6 };
const SHOWN_BYTES = 32;

/**
 * Makes a result print in a short form. The result remains plain data: the property is a symbol and
 * not enumerable, so copies, JSON, `structuredClone` and comparisons ignore it.
 */
export function printable<Result extends object>(result: Result): Result {
  return Object.defineProperty(result, CUSTOM, HOW);
}

/** Without a prototype, from which it could inherit a getter. */
const HOW = {
  __proto__: null,
  value: inspectResult,
  configurable: true,
  writable: true,
} as PropertyDescriptor;

function inspectResult(
  this: object,
  depth: number,
  options: util.InspectOptionsStylized,
  inspect: Inspect,
): string {
  if (depth < 0) return options.stylize('[ExecutionResult]', 'special');
  const shown = Object.entries(this)
    .filter(([, value]) => isInformative(value))
    .map(([name, value]) => [name, typeof value === 'string' ? shortened(value) : value]);
  const maxArrayLength = Math.min(options.maxArrayLength ?? Number.POSITIVE_INFINITY, SHOWN_BYTES);
  return `ExecutionResult ${inspect(Object.fromEntries(shown), { ...options, maxArrayLength })}`;
}

/** Most fields of most results are empty. */
function isInformative(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function shortened(text: string): unknown {
  const start = firstLines(text);
  const end = lastLines(text);
  const left = text.length - start.length - end.length;
  if (left <= 0) return text;
  return {
    [CUSTOM](_depth: number, options: util.InspectOptionsStylized, inspect: Inspect): string {
      const line = { ...options, breakLength: Number.POSITIVE_INFINITY };
      return `${inspect(start, line)} ... ${left} more characters ... ${inspect(end, line)}`;
    },
  };
}

function firstLines(text: string): string {
  const part = text.slice(0, ENDS.characters);
  return part.split('\n').slice(0, ENDS.lines).join('\n');
}

function lastLines(text: string): string {
  const part = text.slice(-ENDS.characters);
  // A text that ends with a line break has an empty piece after it.
  return part
    .split('\n')
    .slice(-ENDS.lines - 1)
    .join('\n');
}
