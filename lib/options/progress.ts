/** The `progress` of a request. */

import type * as util from 'node:util';
import { asObject, asString, optional, wrongType, wrongValue } from './checks';
import { missing } from './command';
import { refuseUnknown } from './names';

/** `pattern`: `undefined` where escape sequences alone are asked for. */
export interface ProgressRule {
  pattern: RegExp | undefined;
}

const FIELDS = ['pattern', 'flags'];

/** `undefined`: none was asked for. */
export function asProgress(name: string, value: unknown): ProgressRule | undefined {
  if (value === false) return undefined;
  if (value === true) return { pattern: undefined };
  if (typeof value !== 'object') throw wrongType(name, 'of type boolean or object', value);
  const fields = asObject(name, value);
  refuseUnknown(name, fields, FIELDS);
  if (fields.pattern === undefined) throw missing(`${name}.pattern`);
  const flags = optional(asString, `${name}.flags`, fields.flags);
  return { pattern: asPattern(name, fields.pattern, flags) };
}

function asPattern(name: string, pattern: unknown, flags: string | undefined): RegExp {
  const { types } = require('node:util') as typeof util;
  if (types.isRegExp(pattern)) {
    if (flags === undefined) return compiled(name, pattern.source, pattern.flags);
    throw wrongValue(`${name}.flags`, 'is for a pattern that is a string');
  }
  if (typeof pattern !== 'string') {
    throw wrongType(`${name}.pattern`, 'of type string or an instance of RegExp', pattern);
  }
  if (pattern === '') throw wrongValue(`${name}.pattern`, 'must not be empty');
  return compiled(name, pattern, flags ?? '');
}

/** A copy that has no memory of its last match. */
function compiled(name: string, source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags.replace(/[gy]/g, ''));
  } catch (error) {
    throw wrongValue(`${name}.pattern`, `cannot be used. ${(error as Error).message}`);
  }
}
