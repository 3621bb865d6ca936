/** The options of `run`, and the request and configuration that they ask for. */

import { constants } from 'node:os';
import type { ExecutionConfigInput } from '../../types/config';
import type { Command, ExecutionRequest } from '../../types/request';
import type { CommandSpec, Parsed } from './arguments';
import { DURATION, parseDuration } from './duration';
import { UsageError } from './usage-error';

/** What `run` was told to do. */
export interface RunPlan {
  request: ExecutionRequest;
  config: ExecutionConfigInput;
  /** Events as JSON on stdout, in place of the output. */
  json: boolean;
  /** The exact bytes, by way of files. */
  binary: boolean;
  /** Nothing on stderr but what the command writes, and what keeps it from running. */
  quiet: boolean;
  status: boolean;
  stdin: boolean;
}

export const RUN: CommandSpec = {
  name: 'run',
  operands: '[--] program [argument...]',
  about: 'Runs one command: live output, its exit code, and an end that reaches its whole tree.',
  options: {
    timeout: { value: 'TIME', about: 'end it after so long; 0: never (default)' },
    'idle-timeout': { value: 'TIME', about: 'end it when it wrote nothing for so long' },
    signal: { value: 'NAME', about: 'what it is ended with (default TERM)' },
    'kill-after': { value: 'TIME', about: 'then KILL after so long (default 5s), or never' },
    cwd: { value: 'DIR', about: 'its working directory' },
    env: { value: 'NAME=VALUE', multiple: true, about: 'a variable for it; repeatable' },
    shell: { about: 'the operands, joined by spaces, are a command line for the shell' },
    'no-stdin': { about: 'it reads nothing, and nothing is read for it' },
    log: { value: 'FILE', about: 'also write its output there, with times' },
    redact: { value: 'NAME', multiple: true, about: 'hide the value of this variable; repeatable' },
    progress: { value: 'PATTERN', about: 'lines that tell how far it is, such as "(\\d+)%"' },
    json: { about: 'events on stdout, one JSON object a line, in place of the output' },
    binary: { about: 'exact bytes for what is no UTF-8 text; takes temporary disk space' },
    quiet: { short: 'q', about: 'say nothing of its own on stderr, and show no status line' },
    'no-status': { about: 'show no status line' },
  },
  notes: [
    `TIME is ${DURATION}.`,
    'Options end at the program. Exit code: that of the program; 128 + the signal that ended it;',
    '124 timed out, 125 the engine failed, 126 not executable, 127 not found, 2 wrong use.',
  ],
  examples: [
    '--timeout 5s -- make test',
    '--env MODE=fast --cwd build -- ./tool --flag',
    "--shell -- 'grep -c x *.txt | sort'",
    '--json -- ls | jq .event',
  ],
};

export function planOf({ values, switches, operands }: Parsed, env: NodeJS.ProcessEnv): RunPlan {
  const one = (name: string): string | undefined => values[name]?.[0];
  const json = switches.has('json');
  const binary = switches.has('binary');
  if (json && binary) {
    throw new UsageError('--json and --binary exclude each other.', 'one of them', '--json -- ls');
  }
  const overlay = environmentOf(values.env ?? []);
  const stdin = !switches.has('no-stdin');
  const quiet = switches.has('quiet');
  const request: ExecutionRequest = {
    command: commandOf(operands, switches.has('shell')),
    env: overlay,
    stdin: stdin ? 'pipe' : 'ignore',
    workingDir: one('cwd'),
    outputLogPath: one('log'),
    idleTimeoutMs: timeLimit('idle-timeout', one('idle-timeout')),
    killSignal: signalOf(one('signal')),
    forceKillAfterDelayMs: killAfter(one('kill-after')),
    redact: secretsOf(values.redact ?? [], { ...env, ...overlay }),
    progress: progressOf(one('progress')),
  };
  const limit = timeLimit('timeout', one('timeout')) ?? Number.POSITIVE_INFINITY;
  const config: ExecutionConfigInput = {
    maxTimeoutMs: Number.POSITIVE_INFINITY,
    defaultTimeoutMs: limit,
    // A prompt shall stand there before somebody wonders.
    partialLineFlushMs: 10,
    // More than an execution gets ahead of its reader: kept is what a reader that begins late needs.
    maxOutputSizeBytes: 4 * 1_048_576,
    ioThreads: 2,
  };
  return { request, config, json, binary, quiet, status: !switches.has('no-status'), stdin };
}

function commandOf(operands: readonly string[], inShell: boolean): Command {
  const [program, ...args] = operands;
  if (program === undefined) {
    const what = inShell ? 'a command line' : 'a program and its arguments';
    const example = inShell ? "--shell -- 'ls | wc -l'" : '-- ls -l';
    throw new UsageError('there is nothing to run.', `${what} behind the options`, example);
  }
  if (inShell) return { type: 'shell', command: operands.join(' ') };
  return { type: 'exec', program, args };
}

function environmentOf(entries: readonly string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const entry of entries) {
    const at = entry.indexOf('=');
    // The entry itself may be a secret that lost its name: it is not shown.
    if (at < 1) {
      const allowed = 'NAME=VALUE, with a name that is not empty';
      throw new UsageError('--env needs a name, = and a value.', allowed, '--env MODE=fast -- env');
    }
    env[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return env;
}

function secretsOf(names: readonly string[], env: NodeJS.ProcessEnv): string[] {
  return names.map((name) => {
    const secret = env[name];
    if (secret !== undefined && secret.trim().length >= 4) return secret;
    const what = secret === undefined ? 'is not set' : 'is too short to be hidden';
    throw new UsageError(
      // Not what was given: it may be the secret in the place of its name.
      /^[A-Z_][A-Z0-9_]*$/i.test(name) && name.length < 64
        ? `--redact: the variable ${name} ${what}.`
        : '--redact takes the name of a variable, and this is none.',
      'the name of an environment variable whose value has at least 4 characters',
      '--redact API_TOKEN -- ./deploy',
    );
  });
}

/** Without a pattern, the sequence that programs send to terminals. */
function progressOf(pattern: string | undefined): ExecutionRequest['progress'] {
  if (pattern === undefined) return true;
  try {
    return { pattern: new RegExp(pattern) };
  } catch (error) {
    const why = (error as Error).message;
    throw new UsageError(
      `--progress is no regular expression: ${why}`,
      'one of JavaScript: its first group is a percentage, or its groups are named percent, ' +
        'fraction, current and total, label',
      "--progress '(\\d+)%' -- make",
    );
  }
}

function duration(option: string, text: string, more = ''): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  const message = `--${option} is no span of time: '${text}'.`;
  throw new UsageError(message, `${DURATION}${more}`, `--${option} 1.5m -- make`);
}

/** As for timeout(1), 0 is no limit. */
function timeLimit(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = duration(option, text);
  return milliseconds === 0 ? undefined : milliseconds;
}

function killAfter(text: string | undefined): number | false | undefined {
  if (text === undefined) return undefined;
  return text === 'never' ? false : duration('kill-after', text, '; or never');
}

function signalOf(text: string | undefined): NodeJS.Signals | number | undefined {
  if (text === undefined) return undefined;
  const { signals } = constants;
  const upper = text.toUpperCase();
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  if (Object.hasOwn(signals, name)) return name as NodeJS.Signals;
  const number = Number(text);
  if (Object.values(signals).includes(number)) return number;
  const allowed = 'a name or number of a signal: TERM, INT, HUP, QUIT, USR1, 15, ...';
  throw new UsageError(`--signal is no signal: '${text}'.`, allowed, '--signal INT -- ./server');
}
