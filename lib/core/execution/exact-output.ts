/** The result with the exact output, of an execution with `capture: 'raw'`. */

import type { NativeEngine } from '../../../types/native';
import type { ExecutionResult } from '../../../types/result';
import { notFound } from '../errors';
import { outcomeAt } from '../generated/returned';
import { noExactOutput } from '../options/capture';
import { longestText, ofThisRealm, withTexts } from './results';

/**
 * `null` while the execution has not ended. `token`: identifies the execution, where it is known.
 * @throws if the request did not ask for it
 */
export function exactResult(
  native: NativeEngine,
  id: string,
  encoding: 'utf8' | 'buffer',
  token?: number,
): ExecutionResult | ExecutionResult<Uint8Array> | null {
  const exact =
    encoding === 'utf8'
      ? native.exactOutput(id, encoding, token)
      : native.exactOutput(id, encoding, token);
  if (exact === false) throw noExactOutput();
  if (exact === null) return null;
  const values = native.result(id, token);
  if (exact === undefined || !values) throw notFound(id);
  const [stdout, stdoutBytes, stdoutTruncated, stderr, stderrBytes, stderrTruncated] = exact;
  const outcome = outcomeAt(values, 0, id);
  Object.assign(outcome, { stdoutBytes, stdoutTruncated, stderrBytes, stderrTruncated });
  // An overflow file has the redacted output.
  Object.assign(outcome, { stdoutOverflowFile: null, stderrOverflowFile: null });
  if (stdout === undefined || stderr === undefined) {
    const none = new Uint8Array(0);
    outcome.outputDropped = true;
    return encoding === 'utf8' ? withTexts(outcome, '', '') : withTexts(outcome, none, none);
  }
  if (typeof stdout === 'string' && typeof stderr === 'string') {
    return withTexts(outcome, stdout, stderr);
  }
  if (stdout === null || stderr === null) return cutToStrings(native, id, token);
  return withTexts(outcome, ofThisRealm(stdout as Uint8Array), ofThisRealm(stderr as Uint8Array));
}

/** Output longer than a string can be is truncated, as by any other limit. */
function cutToStrings(
  native: NativeEngine,
  id: string,
  token: number | undefined,
): ExecutionResult | null {
  const whole = exactResult(native, id, 'buffer', token) as ExecutionResult<Uint8Array> | null;
  if (whole === null) return null;
  const [out, err] = [longestText(whole.stdout), longestText(whole.stderr)];
  const result = withTexts(whole, out.text, err.text);
  result.stdoutTruncated ||= out.isCut;
  result.stderrTruncated ||= err.isCut;
  return result;
}
