/** Checks what the page asks for, field by field. What a request means is checked by the engine. */

import { homedir } from 'node:os';
import path from 'node:path';
import type { ExecutionRequest } from '../index';
import { Refusal } from './failure';
import type { StartBody } from './wire';

type Fields = Record<string, unknown>;

/** What programs look at before they colour what goes into a pipe. */
const COLOURS = { FORCE_COLOR: '1', CLICOLOR_FORCE: '1', NO_COLOR: null };

function wrong(field: string, allowed: string, value: unknown): Refusal {
  const got = JSON.stringify(value) ?? 'nothing';
  const shown = got.length > 60 ? `${got.slice(0, 57)}...` : got;
  return new Refusal(400, 'ERR_VALIDATION', `'${field}' must be ${allowed}, got ${shown}`);
}

function take<T>(
  fields: Fields,
  name: string,
  allowed: string,
  holds: (value: unknown) => boolean,
): T | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (!holds(value)) throw wrong(name, allowed, value);
  return value as T;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isPositive = (value: unknown): boolean => typeof value === 'number' && value > 0;
const isEnvironment = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(isText);

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string' || value === '') return false;
  try {
    return Boolean(new RegExp(value));
  } catch {
    return false;
  }
}

export function checkNames(fields: Fields, allowed: readonly string[]): void {
  const unknown = Object.keys(fields).find((name) => !allowed.includes(name));
  if (unknown === undefined) return;
  const list = allowed.length > 0 ? allowed.join(', ') : 'none';
  throw new Refusal(400, 'ERR_VALIDATION', `Unknown field '${unknown}'; allowed: ${list}`);
}

export function asStartBody(fields: Fields): StartBody {
  checkNames(fields, ['command', 'cwd', 'timeoutMs', 'env', 'stdin', 'colour', 'progress']);
  const { command } = fields;
  if (typeof command !== 'string' || command.trim() === '') {
    throw wrong('command', 'a shell command', command);
  }
  const given = {
    command,
    cwd: take<string>(fields, 'cwd', 'a path', isText),
    timeoutMs: take<number>(fields, 'timeoutMs', 'milliseconds above 0', isPositive),
    env: take<Record<string, string>>(fields, 'env', 'an object of strings', isEnvironment),
    stdin: take<boolean>(fields, 'stdin', 'true or false', isFlag),
    colour: take<boolean>(fields, 'colour', 'true or false', isFlag),
    progress: take<string>(fields, 'progress', 'a regular expression', isPattern),
  };
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as unknown as StartBody;
}

/** `~` is what people type; no shell sees it here. */
const withHome = (dir: string): string => dir.replace(/^~(?=\/|$)/, homedir());

/** `baseDir`: where relative directories start. */
export function requestOf(body: StartBody, baseDir: string): ExecutionRequest {
  return {
    command: { type: 'shell', command: body.command },
    workingDir: path.resolve(baseDir, withHome(body.cwd ?? '')),
    env: { ...(body.colour ? COLOURS : {}), ...body.env },
    ...(body.timeoutMs === undefined ? {} : { timeoutMs: body.timeoutMs }),
    ...(body.stdin ? { stdin: 'pipe' } : {}),
    progress: body.progress === undefined ? true : { pattern: body.progress },
  };
}

/** A line for the stdin of an execution, or its end. */
export function asInput(fields: Fields): { text: string } | { close: true } {
  checkNames(fields, ['text', 'close']);
  const text = take<string>(fields, 'text', 'a string', isText);
  const close = take<true>(fields, 'close', 'true', (value) => value === true);
  if ((text === undefined) === (close === undefined)) {
    throw new Refusal(400, 'ERR_VALIDATION', "Give one of 'text' and 'close'");
  }
  return text === undefined ? { close: true } : { text };
}

export function asSignal(fields: Fields): NodeJS.Signals {
  checkNames(fields, ['signal']);
  const { signal } = fields;
  if (typeof signal !== 'string') throw wrong('signal', 'the name of a signal', signal);
  return signal as NodeJS.Signals;
}
