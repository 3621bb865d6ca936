/** Converts the values of single options of `run`. */

import type { ExecutionRequest, StopStep } from '../../../types/request';
import { patternProblem, signalNumber } from '../../core/index';
import { DURATION_FORMAT, parseDuration } from '../duration';
import { UsageError } from '../usage-error';

const MIN_SECRET_LENGTH = 4;
/** Of `stop`, see the engine. */
const MOST_STEPS = 8;

export function environmentOf(entries: readonly string[]): Record<string, string> {
  const env: Record<string, string> = Object.create(null);
  for (const entry of entries) {
    const at = entry.indexOf('=');
    // The message does not show the entry: it may be a secret without its name.
    if (at < 1) {
      const allowed = 'NAME=VALUE, with a name that is not empty';
      throw new UsageError('--env must be NAME=VALUE.', allowed, '--env MODE=fast -- env');
    }
    env[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return env;
}

export function secretsOf(names: readonly string[], env: NodeJS.ProcessEnv): string[] {
  return names.map((name) => {
    const secret = Object.hasOwn(env, name) ? env[name] : undefined;
    if (secret !== undefined && secret.trim().length >= MIN_SECRET_LENGTH) return secret;
    throw new UsageError(
      secretProblem(name, secret),
      `the name of an environment variable whose value has at least ${MIN_SECRET_LENGTH} characters`,
      '--redact API_TOKEN -- ./deploy',
    );
  });
}

/** Shows `name` only if it looks like one: it may be the secret itself. */
function secretProblem(name: string, secret: string | undefined): string {
  const isName = /^[A-Z_][A-Z0-9_]*$/i.test(name) && name.length < 64;
  if (!isName) return '--redact must be the name of an environment variable.';
  const problem = secret === undefined ? 'is not set' : 'is too short to be redacted';
  return `--redact: the variable ${name} ${problem}.`;
}

/** Without a pattern, progress is the sequence `OSC 9;4` that programs send to terminals. */
export function progressOf(pattern: string | undefined): ExecutionRequest['progress'] {
  if (pattern === undefined) return true;
  const problem = patternProblem(pattern);
  if (problem === undefined) return { pattern };
  throw new UsageError(
    `--progress ${problem}`,
    'a JavaScript regular expression: its first group is a percentage, or its groups are named ' +
      'percent, fraction, current and total, label',
    "--progress '(\\d+)%' -- make",
  );
}

function durationOf(option: string, text: string, also = ''): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  const message = `${option} must be a duration, received '${text}'.`;
  throw new UsageError(message, `${DURATION_FORMAT}${also}`, `${option} 1.5m -- make`);
}

/** 0 is no limit, as for timeout(1). */
export function timeLimitOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = durationOf(option, text);
  return milliseconds === 0 ? undefined : milliseconds;
}

export function killAfterOf(text: string | undefined): number | false | undefined {
  if (text === undefined) return undefined;
  return text === 'never' ? false : durationOf('--kill-after', text, '; or never');
}

/** A name with or without `SIG`, or a number. */
function knownSignal(text: string): NodeJS.Signals | number | undefined {
  const upper = text.toUpperCase();
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  if (signalNumber(name) !== undefined) return name as NodeJS.Signals;
  return signalNumber(Number(text));
}

/** `INT:leader:10s,TERM:5s`: a signal, its target, and the time until the next step. */
export function stopOf(text: string | undefined): StopStep[] | undefined {
  const steps = text?.split(',') ?? [];
  if (steps.length > MOST_STEPS) {
    throw wrongStop(`has ${steps.length} steps, which are too many`);
  }
  return text === undefined ? undefined : steps.map(stopStepOf);
}

function stopStepOf(step: string): StopStep {
  const [name = '', ...rest] = step.split(':');
  const signal = knownSignal(name);
  if (signal !== undefined && signalNumber(signal) === signalNumber('SIGKILL')) {
    throw wrongStop(
      `must not have the signal KILL, which follows the last step, received '${step}'`,
    );
  }
  const to = rest.length === 2 ? rest[0] : 'tree';
  const waitMs = parseDuration(rest.at(-1) ?? '');
  const isTarget = to === 'tree' || to === 'leader';
  if (rest.length <= 2 && isTarget && signal !== undefined && waitMs !== undefined) {
    return { signal, to, waitMs };
  }
  throw wrongStop(`has a step that is not valid: '${step}'`);
}

const wrongStop = (problem: string): UsageError =>
  new UsageError(
    `--stop ${problem}.`,
    `1 to ${MOST_STEPS} steps SIGNAL[:tree|:leader]:TIME, separated by commas; TIME is ${DURATION_FORMAT}`,
    '--stop INT:leader:10s,TERM:5s -- terraform apply',
  );

export function signalOf(text: string | undefined): NodeJS.Signals | number | undefined {
  if (text === undefined) return undefined;
  const signal = knownSignal(text);
  if (signal !== undefined) return signal;
  const message = `--signal must be a signal name or number, received '${text}'.`;
  throw new UsageError(message, 'TERM, INT, HUP, QUIT, USR1, 15, ...', '--signal INT -- ./server');
}
