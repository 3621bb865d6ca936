/** The kinds of values that the tables of fields consist of: types, and data made of literals. */

import type { ExecutionConfig, OversizedOutputStrategy } from '../../../types/config';
import type {
  Command,
  ExecutionMetadata,
  ExecutionRequest,
  ProcessLimits,
  ProgressPattern,
  PtyOptions,
  StopStep,
} from '../../../types/request';
import type { ExecutionStatus } from '../../../types/result';

/** What a user passes for each kind. A field of a table must be of the kind that fits its type. */
export interface Values {
  abortSignal: AbortSignal;
  ansi: NonNullable<ExecutionConfig['ansi']>;
  boolean: boolean;
  bytes: NonNullable<ExecutionRequest['input']>;
  capture: NonNullable<ExecutionRequest['capture']>;
  command: Command;
  /** Milliseconds, or `false` for never. */
  delay: number | false;
  /** A directory of the configuration: resolved when the engine is made. */
  directory: string;
  environment: NonNullable<ExecutionRequest['env']>;
  finite: number;
  /** A UUID, in lower case for the engine. */
  id: string;
  /** A text of 1 to 256 characters. */
  key: string;
  keyLimits: Readonly<Record<string, number>>;
  limits: ProcessLimits;
  metadata: ExecutionMetadata;
  /** Any number: the engine decides which ones are allowed. */
  number: number;
  path: string | URL;
  pattern: RegExp | string;
  progress: ProgressPattern | boolean;
  pty: PtyOptions | boolean;
  /** Strings that no error message shows. */
  secrets: readonly string[];
  signal: NodeJS.Signals | number;
  stop: readonly StopStep[];
  stopTarget: NonNullable<StopStep['to']>;
  statuses: ExecutionStatus | readonly ExecutionStatus[];
  stdin: 'pipe' | 'ignore';
  strategy: OversizedOutputStrategy;
  /** One tag of a filter. */
  tag: string;
  tags: Record<string, string>;
  text: string;
  texts: readonly string[];
  umask: number;
}

/** A kind that needs no parameters. */
export type Name = keyof Values;

/** A number of a certain range. */
export interface Range {
  readonly type: 'integer' | 'number';
  readonly least: number;
  readonly most: number;
  /** `least` itself is not allowed. */
  readonly isOpen?: boolean;
  readonly allowsInfinity?: boolean;
  /** The number of the engine's units in one unit of the field. */
  readonly scale?: number;
}

export type Kind = Name | Range;

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type NameFor<Value> = {
  [K in Name]: Same<Value, Values[K]> extends true ? K : never;
}[Name];
type KindFor<Value> = NameFor<Value> | (Same<Value, number> extends true ? Range : never);

/** A table with one entry for each field of `T`, of the kind that fits its type. */
export type TableOf<T> = { readonly [Field in keyof T]-?: KindFor<Exclude<T[Field], undefined>> };

export type Table = Readonly<Record<string, Kind>>;

/** Numbers above this one are inexact. */
const MAX = Number.MAX_SAFE_INTEGER;

export const integer = (least: number, most: number = MAX): Range => ({
  type: 'integer',
  least,
  most,
});

export const atLeast = (least: number): Range => ({ type: 'number', least, most: MAX });

export const above = (least: number): Range => ({ ...atLeast(least), isOpen: true });

/** Seconds, which are milliseconds for the engine. */
export const seconds = (range: Range): Range => ({ ...range, scale: 1000 });

export const orInfinity = (range: Range): Range => ({ ...range, allowsInfinity: true });
