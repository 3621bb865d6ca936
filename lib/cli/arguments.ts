/** Parses the arguments of a subcommand into a map and a set: a polluted `Object.prototype` adds no option. */

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from '../core/index';
import type { OptionSpec, SubcommandSpec } from './subcommand-spec';
import { UsageError } from './usage-error';

export interface ParsedArguments {
  /** All values of each option, in order. */
  values: ReadonlyMap<string, readonly string[]>;
  switches: ReadonlySet<string>;
  /** The arguments after the options, unchanged. */
  operands: string[];
}

/** Options end at `--` and at the first operand: all following arguments belong to the program that is run. */
export function parseArguments(spec: SubcommandSpec, args: readonly string[]): ParsedArguments {
  const end = endOfOptions(spec, args);
  const values = new Map<string, string[]>();
  const switches = new Set<string>();
  for (const token of tokenize(spec, args.slice(0, end))) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const { valueName, repeatable } = findOption(spec, name, rawName);
    if (valueName === null) {
      if (value !== undefined) throw unexpectedValue(rawName, value);
      switches.add(name);
      continue;
    }
    const isEndOfOptions = value === '--' && !inlineValue;
    if (value === undefined || isEndOfOptions) throw missingValue(rawName, valueName);
    const earlier = values.get(name);
    if (earlier !== undefined && !repeatable) throw repeated(rawName);
    values.set(name, [...(earlier ?? []), value]);
  }
  const operands = args.slice(args[end] === '--' ? end + 1 : end);
  if (spec.operands === '' && operands[0] !== undefined) throw unexpectedOperand(spec, operands[0]);
  return { values, switches, operands };
}

function tokenize(spec: SubcommandSpec, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(spec.options).map(([name, { valueName, short }]) => {
      const type = valueName === null ? 'boolean' : 'string';
      return [name, short === null ? { type } : { type, short }];
    }),
  ) as NonNullable<ParseArgsConfig['options']>;
  const config = { args: [...args], options, strict: false, allowPositionals: true, tokens: true };
  return parseArgs(config as typeof config & { tokens: true }).tokens;
}

function endOfOptions(spec: SubcommandSpec, args: readonly string[]): number {
  const first = tokenize(spec, args).find(({ kind }) => kind !== 'option');
  return first?.index ?? args.length;
}

const optionList = (spec: SubcommandSpec): string =>
  Object.keys(spec.options)
    .map((name) => `--${name}`)
    .join(', ');

function findOption(spec: SubcommandSpec, name: string, rawName: string): OptionSpec {
  const option = Object.hasOwn(spec.options, name) ? spec.options[name] : undefined;
  if (option !== undefined) return option;
  const similar = nearest(name, Object.keys(spec.options));
  const hint = similar === undefined ? '' : ` Did you mean '--${similar}'?`;
  throw new UsageError(`unknown option '${rawName}'.${hint}`, optionList(spec));
}

function unexpectedOperand(spec: SubcommandSpec, operand: string): UsageError {
  return new UsageError(`unexpected argument '${operand}'.`, optionList(spec));
}

function unexpectedValue(option: string, value: string): UsageError {
  return new UsageError(`${option} takes no value, received '${value}'.`, `${option} alone`);
}

function missingValue(option: string, valueName: string): UsageError {
  return new UsageError(`${option} requires a value.`, `${option} ${valueName}`);
}

function repeated(option: string): UsageError {
  return new UsageError(`${option} must not be repeated.`, `${option} once`);
}
