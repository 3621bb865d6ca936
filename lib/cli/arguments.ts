/** The command line of a subcommand: a table of its options gives the parser and the help. */

import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { CommandIo, Subcommand } from '../command';
import { nearest } from '../options/names';
import { USAGE } from './exit-codes';
import { PROGRAM } from './program';
import { UsageError } from './usage-error';

/** One option. With `value` it takes one, which the help calls so; without, it is a switch. */
export interface Option {
  value?: string;
  short?: string;
  /** It may be given more than once. */
  multiple?: boolean;
  about: string;
}

export interface CommandSpec {
  name: string;
  /** What stands behind the options. */
  operands: string;
  about: string;
  options: Readonly<Record<string, Option>>;
  /** Command lines behind the name of the subcommand; the first one is shown with errors. */
  examples: readonly [string, ...string[]];
  /** More for the help, behind the options. */
  notes?: readonly string[];
}

export interface Parsed {
  /** Options with a value: every one that was given, in order. */
  values: Readonly<Record<string, readonly string[]>>;
  switches: ReadonlySet<string>;
  /** What stands behind the options, untouched. */
  operands: string[];
}

type Body = (parsed: Parsed, io: CommandIo) => Promise<number>;

const HELP: Option = { short: 'h', about: 'this text' };

/** A subcommand that has its options parsed, its help printed and its wrong use explained. */
export function subcommand(given: CommandSpec, body: Body): Subcommand {
  const spec: CommandSpec = { ...given, options: { ...given.options, help: HELP } };
  return async (args, io) => {
    try {
      const parsed = parse(spec, args);
      if (!parsed.switches.has('help')) return await body(parsed, io);
      io.stdout.write(helpOf(spec));
      return 0;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      io.stderr.write(explanationOf(spec, error));
      return USAGE;
    }
  };
}

/** Options end at `--`, and at the first operand: what follows belongs to the program that is run. */
function parse(spec: CommandSpec, args: readonly string[]): Parsed {
  const end = endOfOptions(spec, args);
  const values: Record<string, string[]> = {};
  const switches = new Set<string>();
  for (const token of tokensOf(spec, args.slice(0, end))) {
    if (token.kind !== 'option') continue;
    const option = optionOf(spec, token.name, token.rawName);
    if (option.value === undefined) {
      if (token.value !== undefined) throw needlessValue(token.rawName, token.value);
      switches.add(token.name);
      continue;
    }
    const { value, inlineValue } = token;
    const isEnd = value === '--' && !inlineValue;
    if (value === undefined || isEnd) throw missingValue(token.rawName, option.value);
    const earlier = values[token.name] ?? [];
    if (earlier.length > 0 && option.multiple !== true) throw givenTwice(token.rawName);
    values[token.name] = [...earlier, value];
  }
  return { values, switches, operands: args.slice(args[end] === '--' ? end + 1 : end) };
}

function tokensOf(spec: CommandSpec, args: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, { value, short }] of Object.entries(spec.options)) {
    const type = value === undefined ? 'boolean' : 'string';
    options[name] = short === undefined ? { type } : { type, short };
  }
  const config = { args: [...args], options, strict: false, allowPositionals: true, tokens: true };
  return parseArgs(config as typeof config & { tokens: true }).tokens;
}

function endOfOptions(spec: CommandSpec, args: readonly string[]): number {
  const first = tokensOf(spec, args).find(({ kind }) => kind !== 'option');
  return first?.index ?? args.length;
}

function optionOf(spec: CommandSpec, name: string, given: string): Option {
  const option = Object.hasOwn(spec.options, name) ? spec.options[name] : undefined;
  if (option !== undefined) return option;
  const names = Object.keys(spec.options);
  const meant = nearest(name, names);
  const hint = meant === undefined ? '' : ` Did you mean '--${meant}'?`;
  const all = names.map((known) => `--${known}`).join(', ');
  throw new UsageError(`unknown option '${given}'.${hint}`, all);
}

function needlessValue(option: string, value: string): UsageError {
  return new UsageError(`${option} takes no value, but got '${value}'.`, `${option} alone`);
}

function missingValue(option: string, value: string): UsageError {
  return new UsageError(`${option} needs a value.`, `${option} ${value}`);
}

function givenTwice(option: string): UsageError {
  return new UsageError(`${option} is given more than once.`, `${option} once`);
}

function explanationOf({ name, examples }: CommandSpec, error: UsageError): string {
  const start = `${PROGRAM} ${name}`;
  return [
    `${start}: ${error.message}`,
    `  allowed: ${error.allowed}`,
    `  example: ${start} ${error.example ?? examples[0]}`.trimEnd(),
    `  help:    ${start} --help`,
    '',
  ].join('\n');
}

function helpOf({ name, operands, about, options, examples, notes = [] }: CommandSpec): string {
  const rows = Object.entries(options).map(([long, { short, value, about }]) => {
    const start = `${short === undefined ? '    ' : `-${short}, `}--${long}`;
    return [value === undefined ? start : `${start} ${value}`, about] as const;
  });
  const width = Math.max(...rows.map(([start]) => start.length));
  return [
    `Usage: ${PROGRAM} ${name} [options] ${operands}`.trimEnd(),
    '',
    about,
    '',
    'Options:',
    ...rows.map(([start, about]) => `  ${start.padEnd(width)}  ${about}`),
    '',
    ...(notes.length > 0 ? [...notes, ''] : []),
    'Examples:',
    ...examples.map((example) => `  ${PROGRAM} ${name} ${example}`.trimEnd()),
    '',
  ].join('\n');
}
