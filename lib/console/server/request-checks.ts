/**
 * Checks the fields of a request body. Only own properties count: a polluted `Object.prototype` adds no field. The
 * engine checks what the fields mean.
 */

import { homedir } from 'node:os';
import path from 'node:path';
import type { ExecutionRequest, TerminalSize } from '../../../types/request';
import { patternProblem } from '../../core/index';
import type { LimitBody, StartBody } from '../messages';
import { type HttpError, validationError } from './http-error';

export type Fields = Readonly<Record<string, unknown>>;

const START_FIELDS = [
  'command',
  'cwd',
  'timeoutMs',
  'env',
  'stdin',
  'terminal',
  'colour',
  'progress',
  'name',
] as const satisfies (keyof StartBody)[];

/** Variables by which programs decide whether to colour output that goes to a pipe. */
const COLOUR_VARIABLES = { FORCE_COLOR: '1', CLICOLOR_FORCE: '1', NO_COLOR: null };
const MAX_SHOWN_LENGTH = 60;

function invalidField(name: string, allowed: string, value: unknown): HttpError {
  // What is not a string is shown by its type only: an environment or an input may contain secrets.
  const isHidden = typeof value === 'object' && value !== null;
  const received = isHidden ? 'an object' : (JSON.stringify(value) ?? 'nothing');
  const shown =
    received.length > MAX_SHOWN_LENGTH ? `${received.slice(0, MAX_SHOWN_LENGTH - 3)}...` : received;
  return validationError(`'${name}' must be ${allowed}, received ${shown}`);
}

const own = (fields: Fields, name: string): unknown =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

function optionalField<T>(
  fields: Fields,
  name: string,
  allowed: string,
  isValid: (value: unknown) => boolean,
): T | undefined {
  const value = own(fields, name);
  if (value === undefined) return undefined;
  if (!isValid(value)) throw invalidField(name, allowed, value);
  return value as T;
}

const isString = (value: unknown): boolean => typeof value === 'string';
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isPositive = (value: unknown): boolean => typeof value === 'number' && value > 0;
const isEnvironment = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(isString);

/** A pattern runs in the process of the console: its user decides whether pages may have any. */
function asPattern(fields: Fields, isAllowed: boolean): string | undefined {
  const isText = (value: unknown) => isString(value) && value !== '';
  const pattern = optionalField<string>(fields, 'progress', 'a regular expression', isText);
  if (pattern === undefined) return undefined;
  if (!isAllowed) {
    throw validationError(
      "'progress' is not accepted: the console runs without --progress-patterns",
    );
  }
  const problem = patternProblem(pattern);
  if (problem !== undefined) throw validationError(`'progress' ${problem}`);
  return pattern;
}

export function rejectUnknown(fields: Fields, allowed: readonly string[]): void {
  const unknown = Object.keys(fields).find((name) => !allowed.includes(name));
  if (unknown === undefined) return;
  const list = allowed.length > 0 ? allowed.join(', ') : 'none';
  throw validationError(`Unknown field '${unknown}'; allowed: ${list}`);
}

export function asStartBody(fields: Fields, allowProgressPatterns: boolean): StartBody {
  rejectUnknown(fields, START_FIELDS);
  const command = own(fields, 'command');
  if (typeof command !== 'string' || command.trim() === '') {
    throw invalidField('command', 'a shell command', command);
  }
  const flag = (name: string) =>
    optionalField<boolean>(fields, name, 'true or false', isBoolean) ?? false;
  return {
    command,
    cwd: optionalField(fields, 'cwd', 'a path', isString),
    timeoutMs: optionalField(fields, 'timeoutMs', 'milliseconds above 0', isPositive),
    env: optionalField(fields, 'env', 'an object of strings', isEnvironment),
    stdin: flag('stdin'),
    terminal: flag('terminal'),
    colour: flag('colour'),
    progress: asPattern(fields, allowProgressPatterns),
    name: optionalField(fields, 'name', 'a string', isString),
  };
}

/** No shell expands `~` in the directory of the form. */
const expandHome = (dir: string): string => dir.replace(/^~(?=\/|$)/, homedir());

/** `baseDir`: what relative directories are relative to. */
export function toExecutionRequest(body: StartBody, baseDir: string): ExecutionRequest {
  return {
    command: { type: 'shell', command: body.command },
    workingDir: path.resolve(baseDir, expandHome(body.cwd ?? '')),
    env: { ...(body.colour ? COLOUR_VARIABLES : {}), ...body.env },
    timeoutMs: body.timeoutMs,
    ...(body.name === undefined ? {} : { metadata: { source: body.name } }),
    // The sequences by which programs draw are for the terminal of the page.
    ...(body.terminal ? { pty: true, ansi: 'raw' } : { stdin: body.stdin ? 'pipe' : 'ignore' }),
    progress: body.progress === undefined ? true : { pattern: body.progress },
  };
}

/** Text for the stdin of an execution, or its end. */
export function asInput(fields: Fields): { text: string } | { close: true } {
  rejectUnknown(fields, ['text', 'close']);
  const text = optionalField<string>(fields, 'text', 'a string', isString);
  const close = optionalField<true>(fields, 'close', 'true', (value) => value === true);
  if ((text === undefined) === (close === undefined)) {
    throw validationError("Exactly one of 'text' and 'close' is required");
  }
  return text === undefined ? { close: true } : { text };
}

/** The engine checks the range. */
export function asSize(fields: Fields): TerminalSize {
  rejectUnknown(fields, ['cols', 'rows']);
  const isNumber = (value: unknown): boolean => typeof value === 'number';
  const [cols, rows] = ['cols', 'rows'].map((name) => {
    const number = optionalField<number>(fields, name, 'a number', isNumber);
    if (number === undefined) throw invalidField(name, 'a number', undefined);
    return number;
  });
  return { cols, rows } as TerminalSize;
}

/** The engine checks the range. */
export function asLimit(fields: Fields): LimitBody {
  rejectUnknown(fields, ['key', 'limit']);
  const key = optionalField<string>(fields, 'key', 'a string', isString);
  const limit = own(fields, 'limit');
  const isNumber = typeof limit === 'number';
  if (key === undefined) {
    if (isNumber) return { limit };
    throw invalidField('limit', 'a number', limit);
  }
  if (isNumber || limit === null) return { key, limit };
  throw invalidField('limit', 'a number, or null', limit);
}

export function asSignal(fields: Fields): NodeJS.Signals {
  rejectUnknown(fields, ['signal']);
  const signal = own(fields, 'signal');
  if (typeof signal !== 'string') throw invalidField('signal', 'the name of a signal', signal);
  return signal as NodeJS.Signals;
}
