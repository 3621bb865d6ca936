/** The `command` of a request: its shape, and a printable form. */

import type { Command } from '../../../types/request';
import { ExecutionError } from '../errors';
import type { Table } from '../fields/kinds';
import { COMMANDS } from '../fields/request';
import { asPlainObject, asString, listOf, shortened, wrongSecretType, wrongValue } from './checks';
import { CheckedTable, fieldValues } from './fields';

type Type = Command['type'];

/** The index of the type, then the fields in the order of their table. */
export type CommandValues = readonly [type: number, ...fields: unknown[]];

const TYPES = Object.keys(COMMANDS) as Type[];
const TABLES = Object.values(COMMANDS).map(({ required, optional }) => ({
  table: new CheckedTable({ type: 'text', ...required, ...optional } as Table, {} as never),
  /** How many fields after the type are required. */
  required: Object.keys(required).length,
}));

/** The error for a field that must be there. */
export function missing(field: string, why = ''): ExecutionError {
  return new ExecutionError('ERR_VALIDATION', `Validation error: "${field}" is required${why}`, {
    reason: 'MISSING_FIELD',
  });
}

export function unknownCommandType(
  name: string,
  types: readonly string[],
  type: string,
): ExecutionError {
  return new ExecutionError(
    'ERR_VALIDATION',
    `Validation error: "${name}.type" must be one of ${listOf(types)}, got '${shortened(type)}'`,
    { reason: 'INVALID_COMMAND' },
  );
}

/** A `command` for the type `exec`, or `args` for the type `shell`. */
function refuseFieldsOfOtherTypes(
  name: string,
  command: object,
  type: string,
  known: readonly string[],
): void {
  for (const field of Object.keys(command)) {
    if (known.includes(field)) continue;
    const others = TYPES.filter((_, at) => TABLES[at]?.table.fields.includes(field));
    if (others.length === 0) continue;
    const where = `${others.length === 1 ? 'the type' : 'the types'} ${listOf(others)}`;
    throw wrongValue(`${name}.${field}`, `is not for the type '${type}'; it is for ${where}`);
  }
}

/** Checks the shape, and copies what there is; the engine checks the meaning. */
export function commandValues(name: string, value: unknown): CommandValues {
  if (typeof value === 'string') {
    // The text itself can be a secret.
    const line = "an object, such as { type: 'shell', command: '…' } for a command line";
    throw wrongSecretType(name, line, value);
  }
  const command = asPlainObject(name, value);
  const given = Object.hasOwn(command, 'type') ? command.type : undefined;
  if (given === undefined) throw missing(`${name}.type`);
  const type = asString(`${name}.type`, given);
  const index = TYPES.indexOf(type as Type);
  const known = TABLES[index];
  if (known === undefined) throw unknownCommandType(name, TYPES, type);
  const { table, required } = known;
  refuseFieldsOfOtherTypes(name, command, type, table.fields);
  const values = fieldValues(name, command, table);
  for (let at = 1; at <= required; at++) {
    if (values[at] === undefined) {
      throw missing(`${name}.${table.fields[at]}`, ` for the type "${type}"`);
    }
  }
  values[0] = index;
  return values as unknown as CommandValues;
}

/** The type of a command, and its other fields by their names. */
export function commandOf([index, ...values]: CommandValues): Command {
  const { fields } = (TABLES[index] as (typeof TABLES)[number]).table;
  const given = fields.slice(1).map((field, at) => [field, values[at]] as const);
  return { type: TYPES[index], ...Object.fromEntries(given) } as unknown as Command;
}

/** A printable form, for executions that never reach the engine. */
export function describeCommand(command: Command): string {
  switch (command.type) {
    case 'shell':
      return command.command;
    case 'exec':
      return [command.program, ...(command.args ?? [])].join(' ');
    case 'script':
      return [command.interpreter, command.path, ...(command.args ?? [])]
        .filter((part) => part !== undefined)
        .join(' ');
    case 'awsCli':
      return ['aws', command.service, command.operation, ...(command.args ?? [])].join(' ');
  }
}
