/** Results of executions, with their output and without it. */

import type * as buffer from 'node:buffer';
import type { NativeEngine } from '../../../types/native';
import type { ExecutionOutcome, ExecutionResult } from '../../../types/result';
import { ExecutionError } from '../errors';
import { outcomeAt, resultAt, resultOf } from '../generated/returned';
import { loadNative } from '../native/load';
import { printable } from '../util/inspect';
import * as crossing from './crossing';
import { failureMessage } from './failure-message';
import type { DisplayedRequest } from './tracing';

/** The end of an execution that was cancelled before it reached the native engine. */
export function cancelledOutcome(
  id: string,
  { command, key, metadata }: DisplayedRequest,
): ExecutionOutcome {
  const now = Date.now();
  const outcome = outcomeAt(loadNative().Engine.emptyResult(), 0, id);
  outcome.status = 'cancelled';
  outcome.error = { code: 'ERR_CANCELLED', message: 'Execution cancelled' };
  outcome.startedAt = now;
  outcome.completedAt = now;
  outcome.command = command;
  outcome.key = key;
  outcome.metadata = crossing.metadata(metadata);
  return outcome;
}

/** As {@link resultOf}, in a form that `console.log` prints briefly. */
export const withTexts = <Text extends string | Uint8Array>(
  outcome: ExecutionOutcome,
  stdout: Text,
  stderr: Text,
): ExecutionResult<Text> => printable(resultOf(outcome, stdout, stderr));

/** The result of the values of an outcome, before its output is known. */
export const withoutOutput = (values: readonly unknown[], id: string): ExecutionResult =>
  printable(resultAt(values, 0, id, '', ''));

/**
 * Puts the retained output into a result. Between the end and this call the output, the whole record or the engine
 * (`undefined`) may have been dropped; then `outputDropped` is set. `token`: identifies the
 * execution, where it is known.
 */
export function withOutput(
  result: ExecutionResult,
  native: NativeEngine | undefined,
  token?: number,
): ExecutionResult {
  const { id } = result;
  if (result.stdoutBytes + result.stderrBytes === 0) return result;
  const [stdout, stderr] = native?.output(id, 'utf8', token) ?? ['', ''];
  if (stdout === null || stderr === null) return cutToStrings(result, native, token);
  result.stdout = stdout;
  result.stderr = stderr;
  if (stdout === '' && stderr === '') {
    const current = native?.result(id, token);
    result.outputDropped = !current || outcomeAt(current, 0, id).outputDropped;
  }
  return result;
}

/** Output longer than a string can be is truncated, as by any other limit. As bytes it is whole. */
function cutToStrings(
  result: ExecutionResult,
  native: NativeEngine | undefined,
  token: number | undefined,
): ExecutionResult {
  const none = new Uint8Array(0);
  const [stdout, stderr] = native?.output(result.id, 'buffer', token) ?? [none, none];
  const [out, err] = [longestText(stdout), longestText(stderr)];
  result.stdout = out.text;
  result.stderr = err.text;
  result.stdoutTruncated ||= out.isCut;
  result.stderrTruncated ||= err.isCut;
  return result;
}

/** The longest text of at most `most` bytes that ends on a code point. */
export function longestText(
  bytes: Uint8Array,
  most = (require('node:buffer') as typeof buffer).constants.MAX_STRING_LENGTH,
): { text: string; isCut: boolean } {
  const isCut = bytes.length > most;
  let end = Math.min(most, bytes.length);
  while (isCut && end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('utf8');
  return { text, isCut };
}

/** The same bytes: the addon makes arrays of the realm that has loaded it. */
export const ofThisRealm = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** With the retained output in bytes, for an outcome that was just read. */
export function withBytes(
  outcome: ExecutionOutcome,
  native: NativeEngine,
): ExecutionResult<Uint8Array> {
  const none = new Uint8Array(0);
  const [stdout, stderr] = native.output(outcome.id, 'buffer') ?? [none, none];
  return withTexts(outcome, ofThisRealm(stdout), ofThisRealm(stderr));
}

/** The error with which a promise rejects for an execution that ended with this result. */
export function rejectionOf(result: ExecutionResult, cause?: unknown): ExecutionError {
  const { error } = result;
  const info = error ?? {
    code: 'ERR_INTERNAL' as const,
    message: `Execution ended as ${result.status}`,
  };
  const message = failureMessage(info.message, result);
  return new ExecutionError(info.code, message, { ...info, result, cause });
}
