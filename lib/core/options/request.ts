/** A request: its shape is checked here, its meaning by the engine. */

import type * as path from 'node:path';
import type { Command } from '../../../types/request';
import { ExecutionError } from '../errors';
import { STDIN_MODES } from '../fields/enums';
import { METADATA, REQUEST, REQUEST_CONTEXT } from '../fields/request';
import { REQUEST_AT as AT } from '../generated/given';
import { revealed } from '../util/hidden-list';
import { randomId } from '../util/random-id';
import { asPlainObject, ownValue, withoutSecrets, wrongSecretType, wrongValue } from './checks';
import { type CommandValues, commandOf, commandValues, missing } from './command';
import { CheckedTable, takeFields } from './fields';
import { limitValues } from './limits';
import { asProgress, type ProgressRule } from './progress';
import { isInteractive, ptyValues } from './pty';
import { stopValues } from './stop';

const TABLE = new CheckedTable(
  REQUEST,
  {
    command: commandValues,
    environment: asEnvironment,
    limits: limitValues,
    metadata: asMetadata,
    progress: asProgress,
    pty: ptyValues,
    stop: stopValues,
  },
  REQUEST_CONTEXT.length,
);
const METADATA_TABLE = new CheckedTable(METADATA, {});
const PIPE = STDIN_MODES.indexOf('pipe');
const INPUT = STDIN_MODES.indexOf('input');
const IGNORE = STDIN_MODES.indexOf('ignore');
const NO_SECRETS: ReadonlySet<string> = new Set();

/** The id of a refused request, which may be the reason of the refusal. */
export function idOfRefused(request: unknown): string {
  const id = ownValue(request, 'id');
  return typeof id === 'string' ? id : randomId();
}

/** Whether a refused request asked for a pipe or a terminal: writing to it is not an error. */
export const isRefusedPiped = (request: unknown): boolean =>
  ownValue(request, 'stdin') === 'pipe' || isInteractive(request);

/** `name, value, name, value, …`; `null` removes a name. */
function asEnvironment(name: string, value: unknown): (string | null)[] {
  const env = asPlainObject(name, value);
  const flat: (string | null)[] = [];
  for (const key of Object.keys(env)) {
    const entry = env[key];
    if (entry !== null && entry !== undefined && typeof entry !== 'string') {
      throw wrongSecretType(`${name}.${key}`, 'of type string, null or undefined', entry);
    }
    flat.push(key, entry ?? null);
  }
  return flat;
}

interface Metadata {
  text: string;
  tags: unknown;
}

/** The metadata as JSON text. Later changes by the caller have no effect. */
function asMetadata(name: string, value: unknown): Metadata {
  const metadata = asPlainObject(name, value);
  let tags: unknown;
  for (const [field, slot] of METADATA_TABLE.slotsOf(name)) {
    const entry = Object.hasOwn(metadata, field) ? metadata[field] : undefined;
    const checked = entry === undefined ? undefined : slot.check(slot.name, entry);
    if (field === 'tags') tags = checked;
  }
  return { text: toJson(name, metadata), tags };
}

export function toJson(name: string, value: object): string {
  let why = 'no JSON object';
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text?.startsWith('{')) return text;
  } catch (error) {
    why = jsonProblem(error);
  }
  throw new ExecutionError('ERR_SERIALIZATION', `Serialization error: "${name}": ${why}`);
}

const OWN_PROBLEMS =
  /^(?:Converting circular structure to JSON|Do not know how to serialize a BigInt)/;

/** The error of a getter or of a `toJSON()` is the caller's, and may show what is in the metadata. */
function jsonProblem(error: unknown): string {
  const own = error instanceof Error ? OWN_PROBLEMS.exec(error.message) : null;
  return own?.[0] ?? 'a getter or a toJSON() of it threw an error';
}

/** A request whose shape is right. */
export class CheckedRequest {
  readonly id: string;
  /** The values in the order of the table, then those of its context: what crosses. */
  readonly values: unknown[];
  readonly progress: ProgressRule | undefined;

  constructor(id: string, values: unknown[], progress: ProgressRule | undefined) {
    this.id = id;
    this.values = values;
    this.progress = progress;
  }

  get command(): Command {
    return commandOf(this.values[AT.command] as CommandValues);
  }

  get isPiped(): boolean {
    return this.values[AT.stdin] === PIPE;
  }

  get hasTerminal(): boolean {
    return this.values[AT.pty] !== undefined;
  }

  get extendsEnv(): boolean {
    return this.values[AT.extendEnv] !== false;
  }

  get hasSecrets(): boolean {
    const secrets = this.values[AT.redact] as readonly string[] | undefined;
    return secrets !== undefined && secrets.length > 0;
  }

  get key(): string | null {
    return (this.values[AT.key] ?? null) as string | null;
  }

  /** JSON text. */
  get metadata(): string | undefined {
    return this.values[AT.metadata] as string | undefined;
  }

  /** What a subscriber of the tracing channel sees of the request, besides command and metadata. */
  get traced() {
    const { values } = this;
    return {
      workingDir: (values[AT.workingDir] ?? null) as string | null,
      timeoutMs: (values[AT.timeoutMs] ?? null) as number | null,
      idleTimeoutMs: (values[AT.idleTimeoutMs] ?? null) as number | null,
      stdin: STDIN_MODES[(values[AT.stdin] ?? 0) as number] as (typeof STDIN_MODES)[number],
      priority: (values[AT.priority] ?? 0) as number,
    };
  }

  /** Whether output is delivered from the start of the execution. */
  get watch(): boolean {
    return this.values[AT.watch] === true;
  }

  set watch(on: boolean) {
    this.values[AT.watch] = on;
  }

  set inheritedEnv(entries: readonly string[] | undefined) {
    this.values[AT.inheritedEnv] = entries;
  }
}

/**
 * A relative path begins in the working directory of this moment, not of the launch. The engine holds that directory
 * itself; the path that is made here is for systems that do not report the new name of a renamed directory.
 */
function beginHere(values: unknown[], at: number, relativeAt: number): void {
  const given = values[at] as string | undefined;
  if (given === undefined) return;
  const { isAbsolute } = require('node:path') as typeof path;
  if (given === '' || isAbsolute(given)) return;
  values[relativeAt] = given;
  values[at] = fromHere(given);
}

function fromHere(given: string): string {
  const { sep } = require('node:path') as typeof path;
  let here: string;
  try {
    here = process.cwd();
  } catch {
    // It was removed: nothing can be created in it.
    return given;
  }
  return here.endsWith(sep) ? here + given : here + sep + given;
}

/**
 * Checks the shape of a request. The inherited environment is left to the caller.
 * @param secrets those of the engine: with those of the request, they are in no message
 */
export function checkedRequest(
  given: unknown,
  secrets: ReadonlySet<string> = NO_SECRETS,
): CheckedRequest {
  const own = ownValue(given, 'redact');
  if (own === undefined && secrets.size === 0) return checked(given);
  const ofRequest = Array.isArray(own) ? revealed(own) : [];
  return withoutSecrets([secrets, ofRequest], () => checked(given));
}

function checked(given: unknown): CheckedRequest {
  const values = TABLE.places();
  takeFields('request', given, TABLE, values);
  if (values[AT.command] === undefined) throw missing('request.command');
  if (values[AT.input] !== undefined) {
    const stdin = values[AT.stdin] as number | undefined;
    if (stdin !== undefined) {
      const mode = `stdin: '${STDIN_MODES[stdin]}'`;
      throw wrongValue('request.input', `cannot be used together with ${mode}`);
    }
    values[AT.stdin] = INPUT;
  }
  if (values[AT.pty] !== undefined) {
    if (values[AT.stdin] === IGNORE) {
      throw wrongValue('request.stdin', "cannot be 'ignore' together with pty, which takes input");
    }
    values[AT.stdin] ??= PIPE;
  }
  values[AT.id] ??= randomId();
  beginHere(values, AT.outputLogPath, AT.relativeLogPath);
  beginHere(values, AT.recordPath, AT.relativeRecordPath);
  const metadata = values[AT.metadata] as Metadata | undefined;
  if (metadata !== undefined) {
    values[AT.metadata] = metadata.text;
    values[AT.tags] = metadata.tags;
  }
  const progress = values[AT.progress] as ProgressRule | undefined;
  if (progress !== undefined) values[AT.progress] = true;
  return new CheckedRequest(values[AT.id] as string, values, progress);
}
