/** A line as it came: an object, and the command that it names. */

import { ExecutionError } from '../index';
import { shortened, wrongType, wrongValue } from '../options/checks';
import { nearest, refuseUnknown } from '../options/names';
import { COMMANDS, type Fields } from './commands';

/** `problem`: what keeps it from being text. `line`: its number. */
export function fieldsOf(
  text: string | undefined,
  problem: string | undefined,
  line: number,
): Fields {
  let why = problem;
  if (text !== undefined) {
    if (text.trim() === '') why = 'it is empty';
    else {
      try {
        const value: unknown = JSON.parse(text);
        if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
          return value as Fields;
        }
        why = 'it is no JSON object';
      } catch (error) {
        why = `it is no JSON: ${(error as Error).message}`;
      }
    }
  }
  throw new ExecutionError('ERR_SERIALIZATION', `Serialization error: line ${line}: ${why}`);
}

export function asSeq(name: string, value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw wrongType(name, 'an integer', value);
}

export function commandOf(fields: Fields): (typeof COMMANDS)[string] {
  const { type } = fields;
  if (typeof type !== 'string') throw wrongType('type', 'of type string', type);
  const command = Object.hasOwn(COMMANDS, type) ? COMMANDS[type] : undefined;
  if (command === undefined) {
    const meant = nearest(type, Object.keys(COMMANDS));
    throw wrongValue(
      'type',
      `is unknown: '${shortened(type)}'${meant ? `; did you mean "${meant}"?` : ''}`,
    );
  }
  refuseUnknown(type, fields, ['type', 'seq', ...command.fields]);
  return command;
}
