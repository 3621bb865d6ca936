/**
 * The rules for a request that can be checked before a plan starts. Those about files are checked when the step starts:
 * an earlier step may create the file. Pure.
 */

import type { Command, ExecutionRequest } from '../../../types/request';

/** The field of each kind of command that must not be blank. */
const TEXTS = {
  shell: ['command'],
  exec: ['program'],
  script: ['path'],
  awsCli: ['service', 'operation'],
} as const;

/** What is wrong, or nothing. The shape of the request is right. */
export function ruleProblem(request: ExecutionRequest, maxTimeoutMs: number): string | undefined {
  return (
    blankProblem(request.command) ??
    timeoutProblem('timeoutMs', request.timeoutMs, maxTimeoutMs) ??
    timeoutProblem('idleTimeoutMs', request.idleTimeoutMs, Number.POSITIVE_INFINITY) ??
    idProblem(request.id)
  );
}

function blankProblem(command: Command): string | undefined {
  const texts = command as unknown as Readonly<Record<string, unknown>>;
  const blank = TEXTS[command.type].find((field) => String(texts[field]).trim() === '');
  return blank === undefined ? undefined : `"command.${blank}" must not be empty`;
}

function timeoutProblem(
  field: string,
  value: number | undefined,
  most: number,
): string | undefined {
  if (value === undefined) return undefined;
  if (!(value > 0)) return `"${field}" must be greater than 0, received ${value}`;
  return value > most
    ? `"${field}" must be at most ${most} (maxTimeoutMs), received ${value}`
    : undefined;
}

function idProblem(id: string | undefined): string | undefined {
  if (id === undefined || /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)) return undefined;
  return `"id" must be a UUID, received '${id.slice(0, 100)}'`;
}
