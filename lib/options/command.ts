/** The `command` of a request: its shape, and a printable form. */

import type { NativeCommand } from '../../types/native';
import { ExecutionError } from '../errors';
import { asObject, asPath, asString, asStrings, optional, shortened } from './checks';
import { refuseUnknown } from './names';

const PATH = 'request.command';

type Fields = Readonly<Record<string, unknown>>;

/** The one error for a field that has to be there. */
export function missing(field: string, why = ''): ExecutionError {
  return new ExecutionError('ERR_VALIDATION', `Validation error: "${field}" is required${why}`, {
    reason: 'MISSING_FIELD',
  });
}

function required<T>(
  check: (name: string, value: unknown) => T,
  command: Fields,
  field: string,
): T {
  const name = `${PATH}.${field}`;
  if (command[field] === undefined) throw missing(name, ` for the type "${command.type}"`);
  return check(name, command[field]);
}

const text = (command: Fields, field: string): string | undefined =>
  optional(asString, `${PATH}.${field}`, command[field]);

const args = (command: Fields): readonly string[] | undefined =>
  optional(asStrings, `${PATH}.args`, command.args);

function known(command: Fields, ...fields: string[]): void {
  refuseUnknown(PATH, command, ['type', ...fields]);
}

/** Checks the shape, and copies what there is; the engine judges the meaning. */
export function normalCommand(value: unknown): NativeCommand {
  if (value === undefined) throw missing(PATH);
  const command = asObject(PATH, value);
  if (command.type === undefined) throw missing(`${PATH}.type`);
  const type = asString(`${PATH}.type`, command.type);
  switch (type) {
    case 'shell':
      known(command, 'command', 'shell');
      return {
        type,
        command: required(asString, command, 'command'),
        shell: text(command, 'shell'),
      };
    case 'exec':
      known(command, 'program', 'args');
      return { type, program: required(asString, command, 'program'), args: args(command) };
    case 'script':
      known(command, 'path', 'interpreter', 'args');
      return {
        type,
        path: required(asPath, command, 'path'),
        interpreter: text(command, 'interpreter'),
        args: args(command),
      };
    case 'awsCli':
      known(command, 'service', 'operation', 'args', 'profile', 'region');
      return {
        type,
        service: required(asString, command, 'service'),
        operation: required(asString, command, 'operation'),
        args: args(command),
        profile: text(command, 'profile'),
        region: text(command, 'region'),
      };
    default:
      throw new ExecutionError(
        'ERR_VALIDATION',
        `Validation error: "${PATH}.type" must be one of 'shell', 'exec', 'script', 'awsCli', ` +
          `got '${shortened(type)}'`,
        { reason: 'INVALID_COMMAND' },
      );
  }
}

/** A printable form, for executions that never reach the engine. */
export function describeCommand(command: NativeCommand): string {
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
