/** From the arguments of `run` to the request, the configuration and the kind of output. */

import type { ExecutionConfigInput } from '../../../types/config';
import type { Command, ExecutionRequest } from '../../../types/request';
import type { ParsedArguments } from '../arguments';
import { outputFile } from '../output-paths';
import { UsageError } from '../usage-error';
import {
  environmentOf,
  killAfterOf,
  progressOf,
  secretsOf,
  signalOf,
  stopOf,
  timeLimitOf,
} from './option-values';

export interface RunPlan {
  request: ExecutionRequest;
  config: ExecutionConfigInput;
  /** Events as JSON on stdout instead of the output. */
  json: boolean;
  /** The exact bytes, through files. */
  binary: boolean;
  /** No messages on stderr, except why the command cannot run. */
  quiet: boolean;
  status: boolean;
  stdin: boolean;
  /** On a terminal. */
  pty: boolean;
}

export function planRun(args: ParsedArguments, env: NodeJS.ProcessEnv): RunPlan {
  const { switches } = args;
  const json = switches.has('json');
  const binary = switches.has('binary');
  const pty = switches.has('pty');
  if (json && binary) {
    throw new UsageError('--json and --binary cannot be combined.', 'one of them', '--json -- ls');
  }
  const other = ['json', 'binary', 'no-stdin'].find((name) => switches.has(name));
  if (pty && other !== undefined) {
    throw new UsageError(
      `--pty and --${other} cannot be combined.`,
      'one of them',
      '--pty -- bash',
    );
  }
  return {
    request: requestOf(args, env),
    config: configOf(args),
    json,
    binary,
    quiet: switches.has('quiet'),
    // The line would be in the picture of the command.
    status: !pty && !switches.has('no-status'),
    stdin: !switches.has('no-stdin'),
    pty,
  };
}

/** All fields are own ones, also those without a value. */
function requestOf(args: ParsedArguments, env: NodeJS.ProcessEnv): ExecutionRequest {
  const { values, switches, operands } = args;
  const one = (name: string): string | undefined => values.get(name)?.[0];
  const variables = environmentOf(values.get('env') ?? []);
  return {
    command: commandOf(operands, switches.has('shell')),
    env: variables,
    workingDir: one('cwd'),
    outputLogPath: fileOf('log', one('log')),
    recordPath: fileOf('record', one('record')),
    idleTimeoutMs: timeLimitOf('--idle-timeout', one('idle-timeout')),
    killSignal: signalOf(one('signal')),
    forceKillAfterDelayMs: killAfterOf(one('kill-after')),
    stop: stopOf(one('stop')),
    redact: secretsOf(values.get('redact') ?? [], { ...env, ...variables }),
    progress: progressOf(one('progress')),
  };
}

function fileOf(name: 'log' | 'record', text: string | undefined): string | undefined {
  const option = `--${name}`;
  return text === undefined
    ? undefined
    : outputFile(option, text, `${option} make.${name} -- make`);
}

function configOf({ values }: ParsedArguments): ExecutionConfigInput {
  const limit = timeLimitOf('--timeout', values.get('timeout')?.[0]);
  return {
    maxTimeoutMs: Number.POSITIVE_INFINITY,
    defaultTimeoutMs: limit ?? Number.POSITIVE_INFINITY,
    // A prompt appears at once for a person.
    partialLineFlushMs: 10,
    // At least what an execution can write before its reader is attached, so that the reader misses nothing.
    maxOutputSizeBytes: 4 * 1_048_576,
    ioThreads: 2,
  };
}

function commandOf(operands: readonly string[], inShell: boolean): Command {
  const [program, ...args] = operands;
  if (program === undefined) {
    throw inShell
      ? new UsageError(
          'no command line.',
          'a command line after the options',
          "--shell -- 'ls | wc'",
        )
      : new UsageError('no program.', 'a program and its arguments after the options', '-- ls -l');
  }
  if (inShell) return { type: 'shell', command: operands.join(' ') };
  return { type: 'exec', program, args };
}
