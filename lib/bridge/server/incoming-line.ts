/** Parses a line of the client: a JSON object, and the command that it names. */

import {
  ExecutionError,
  nearest,
  refuseUnknown,
  shortened,
  syntaxProblem,
  wrongType,
  wrongValue,
} from '../../core/index';
import { type Fields, PROTOCOL_COMMANDS } from './protocol-commands';

/**
 * The fields of a line, without a prototype.
 * @param text - `undefined` if the bytes are not text, for the reason in `problem`
 * @param line - its number, for the error
 */
export function parseLine(
  text: string | undefined,
  problem: string | undefined,
  line: number,
): Fields {
  const parsed = text === undefined ? { why: problem } : parseObject(text);
  if ('fields' in parsed) return parsed.fields;
  throw new ExecutionError('ERR_SERIALIZATION', `Serialization error: line ${line}: ${parsed.why}`);
}

function parseObject(text: string): { fields: Fields } | { why: string } {
  if (text.trim() === '') return { why: 'it is empty' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { why: `it is not JSON: ${syntaxProblem(error)}` };
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) return { why: 'it is not a JSON object' };
  return { fields: { __proto__: null, ...(value as Fields) } };
}

export function asSeq(name: string, value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw wrongType(name, 'an integer', value);
}

export function commandOf(fields: Fields): (typeof PROTOCOL_COMMANDS)[string] {
  const { type } = fields;
  if (typeof type !== 'string') throw wrongType('type', 'of type string', type);
  const command = Object.hasOwn(PROTOCOL_COMMANDS, type) ? PROTOCOL_COMMANDS[type] : undefined;
  if (command === undefined) {
    const similar = nearest(type, Object.keys(PROTOCOL_COMMANDS));
    throw wrongValue(
      'type',
      `is unknown: '${shortened(type)}'${similar ? `; did you mean "${similar}"?` : ''}`,
    );
  }
  refuseUnknown(type, fields, ['type', 'seq', ...command.fields]);
  return command;
}
