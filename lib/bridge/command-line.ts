/** The arguments of `escher-execution-engine bridge`. */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ServeBridgeOptions } from '../../types/bridge';
import type { ExecutionConfigInput } from '../../types/config';
import { configFromWire } from './config';
import { LEAST_MAX_LINE_BYTES } from './serve';

export const HELP = `Usage: escher-execution-engine bridge [options]

Serves an engine to the program that runs it: reads lines of JSON on standard input, writes lines
of JSON on standard output. docs/bridge.md tells what they mean. A request on one line:

  {"command":{"type":"exec","program":"git","args":["status"]},"timeout_ms":10000}

When standard input ends, when nobody reads standard output any more, or at SIGINT, SIGTERM and
SIGHUP it ends what runs, with its grace period, and exits. A second signal ends it at once.

Options:
  --config <file>         configuration of the engine: a JSON object, names as on the wire
                          ({"max_concurrent_executions":4})
  --set <field>=<value>   one field of it, in place of the one in the file; may be repeated
  --wait                  when standard input ends, let what runs and waits come to its end
  --grace-ms <n>          how long what runs has to end itself; default: its own grace period
  --max-line-bytes <n>    longest line that is taken; default: 16777216
  --help                  this text

Exit code: 0 after the end of the input or a \`shutdown\`, 1 when the reader is gone or the engine
cannot start, 2 for wrong arguments, 128 + n after signal n.
`;

export interface BridgeArguments {
  help: boolean;
  config: ExecutionConfigInput;
  options: ServeBridgeOptions;
}

/** Throws an `Error` whose message is for the user. */
export function parseArguments(args: string[]): BridgeArguments {
  const { values } = parseArgs({
    args,
    options: {
      config: { type: 'string' },
      set: { type: 'string', multiple: true },
      wait: { type: 'boolean' },
      'grace-ms': { type: 'string' },
      'max-line-bytes': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const fields = values.config === undefined ? {} : readConfig(values.config);
  for (const assignment of values.set ?? []) Object.assign(fields, assigned(assignment));
  return {
    help: values.help ?? false,
    config: configFromWire(fields),
    options: {
      atEnd: values.wait ? 'wait' : 'shutdown',
      graceMs: numberOf('--grace-ms', values['grace-ms'], 0),
      maxLineBytes: numberOf('--max-line-bytes', values['max-line-bytes'], LEAST_MAX_LINE_BYTES),
    },
  };
}

function readConfig(file: string): object {
  let fields: unknown;
  try {
    fields = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`--config ${file}: ${(error as Error).message}`, { cause: error });
  }
  if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return fields;
  throw new Error(`--config ${file}: it must hold a JSON object`);
}

/** `name=value`; what is no JSON is text. */
function assigned(assignment: string): Record<string, unknown> {
  const at = assignment.indexOf('=');
  if (at < 1) throw new Error(`--set: it must be <field>=<value>, got '${assignment}'`);
  const text = assignment.slice(at + 1);
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // Paths, names and the like need no quotes.
  }
  return { [assignment.slice(0, at)]: value };
}

function numberOf(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() !== '' && number >= least && Number.isFinite(number)) return number;
  throw new Error(`${option}: it must be a number of at least ${least}, got '${text}'`);
}
