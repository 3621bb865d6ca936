/** The arguments of `escher-execution-engine bridge`. */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ServeBridgeOptions } from '../../../types/bridge';
import type { ExecutionConfigInput } from '../../../types/config';
import { syntaxProblem } from '../../core/index';
import { configFromWire } from '../wire/config';
import { MIN_MAX_LINE_BYTES } from './serve';

export const HELP = `Usage: escher-execution-engine bridge [options]

Serves an engine to the program that started it: reads lines of JSON from standard input and writes
lines of JSON to standard output. docs/bridge.md describes the protocol. A request on one line:

  {"command":{"type":"exec","program":"git","args":["status"]},"timeout_ms":10000}

It ends the running executions, with their grace period, and exits when standard input ends, when
the reader of standard output is gone, or at SIGINT, SIGTERM or SIGHUP. A second signal ends it at
once.

Options:
  --config <file>         configuration of the engine: a JSON object with the names of the wire
                          ({"max_concurrent_executions":4})
  --set <field>=<value>   one field of the configuration, overrides the file; can be repeated
  --wait                  when standard input ends, wait for running and queued executions
  --grace-ms <n>          grace period when the bridge ends; default: that of each execution
  --max-line-bytes <n>    longest line of input; default: 16777216
  --progress-patterns     accept the "progress" patterns of requests
  --raw-capture           accept requests with "capture":"raw", whose output the client can read
                          with its secrets
  --help                  print this text

Exit code: 0 after the end of the input or a \`shutdown\`, 1 if the reader is gone or the engine
cannot start, 2 for invalid arguments, 128 + n after signal n.
`;

export interface BridgeArguments {
  help: boolean;
  config: ExecutionConfigInput;
  options: ServeBridgeOptions;
}

/** Throws an `Error` with a message for the user. */
export function parseArguments(args: string[]): BridgeArguments {
  const { values } = parseArgs({
    args,
    options: {
      config: { type: 'string' },
      set: { type: 'string', multiple: true },
      wait: { type: 'boolean' },
      'grace-ms': { type: 'string' },
      'max-line-bytes': { type: 'string' },
      'progress-patterns': { type: 'boolean' },
      'raw-capture': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  let fields = values.config === undefined ? {} : readConfig(values.config);
  for (const assignment of values.set ?? []) fields = { ...fields, ...parseAssignment(assignment) };
  return {
    help: values.help ?? false,
    config: configFromWire(fields),
    options: {
      atEnd: values.wait ? 'wait' : 'shutdown',
      graceMs: numberOf('--grace-ms', values['grace-ms'], 0),
      maxLineBytes: numberOf('--max-line-bytes', values['max-line-bytes'], MIN_MAX_LINE_BYTES),
      allowProgressPatterns: values['progress-patterns'] ?? false,
      allowRawCapture: values['raw-capture'] ?? false,
    },
  };
}

function readConfig(file: string): object {
  const fail = (problem: string): Error => new Error(`--config ${file}: ${problem}`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw fail((error as Error).message);
  }
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch (error) {
    // Without a piece of the file: it may contain `redact`.
    throw fail(syntaxProblem(error));
  }
  if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return fields;
  throw fail('the file must contain a JSON object');
}

/** `name=value`. A value that is not JSON is text. */
function parseAssignment(assignment: string): Record<string, unknown> {
  const at = assignment.indexOf('=');
  if (at < 1) throw new Error('--set must be <field>=<value>');
  const text = assignment.slice(at + 1);
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON: a path or a name needs no quotes.
  }
  return { [assignment.slice(0, at)]: value };
}

function numberOf(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() !== '' && number >= least && Number.isFinite(number)) return number;
  throw new Error(`${option} must be a number >= ${least}, received '${text}'`);
}
