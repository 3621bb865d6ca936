/** The `progress` of a request. */

import { PROGRESS } from '../fields/request';
import { LinearPattern } from '../pattern/linear-pattern';
import { UnsupportedSyntax } from '../pattern/syntax';
import { ownValue, wrongType, wrongValue } from './checks';
import { missing } from './command';
import { CheckedTable, fieldValues } from './fields';

/** `pattern`: `undefined` for escape sequences alone. */
export interface ProgressRule {
  pattern: LinearPattern | undefined;
}

const TABLE = new CheckedTable(PROGRESS, {});

/** `undefined`: no progress. */
export function asProgress(name: string, value: unknown): ProgressRule | undefined {
  if (value === false) return undefined;
  if (value === true) return { pattern: undefined };
  if (typeof value !== 'object') throw wrongType(name, 'of type boolean or object', value);
  const [pattern, flags] = fieldValues(name, value, TABLE) as [
    RegExp | string | undefined,
    string | undefined,
  ];
  if (pattern === undefined) throw missing(`${name}.pattern`);
  if (typeof pattern === 'string') return { pattern: compiled(name, pattern, flags ?? '') };
  if (flags === undefined) return { pattern: compiled(name, pattern.source, pattern.flags) };
  throw wrongValue(`${name}.flags`, 'is for a pattern that is a string');
}

/** `g` and `y` are about the matches of other calls, and `d` about places that are not reported. */
const OTHER_FLAGS = /[dgy]/g;

function compiled(name: string, source: string, flags: string): LinearPattern {
  try {
    return patternOf(source, flags.replace(OTHER_FLAGS, ''));
  } catch (error) {
    throw wrongValue(`${name}.pattern`, problemIn(error as Error));
  }
}

/** The sets of named groups of which a pattern must have one whole set to report anything. */
const REPORTING = [['percent'], ['fraction'], ['current', 'total'], ['label']];

/** Throws an error whose message continues a sentence that begins with the name of the pattern. */
function patternOf(source: string, flags: string): LinearPattern {
  const pattern = new LinearPattern(source, flags);
  const { names } = pattern;
  const reports = REPORTING.some((groups) => groups.every((group) => names.includes(group)));
  if (names.length === 0 || reports) return pattern;
  const allowed = 'percent, fraction, current and total, or label';
  throw new UnsupportedSyntax(`must name its groups ${allowed}. Received ${names.join(', ')}`);
}

const problemIn = (error: Error): string =>
  error instanceof UnsupportedSyntax
    ? error.message
    : `must be a regular expression: ${error.message}`;

/** What is wrong with a pattern, as the end of a sentence that begins with its name. */
export function patternProblem(source: string): string | undefined {
  try {
    patternOf(source, '');
    return undefined;
  } catch (error) {
    return problemIn(error as Error);
  }
}

/** Why patterns of other processes and pages are refused by default. */
export const PATTERNS_NOT_ALLOWED = 'the host has not set the option "allowProgressPatterns"';

/** For a request from another process or page: a pattern of its own is refused unless the host allows it. */
export function refuseProgressPattern(request: unknown, why = PATTERNS_NOT_ALLOWED): void {
  const progress = ownValue(request, 'progress');
  if (typeof progress !== 'object' || progress === null) return;
  throw wrongValue('request.progress.pattern', `is not accepted: ${why}`);
}
