/** The end of the output of an attempt, for a pattern that is searched in it. */

import type { OutputEvent } from '../../../types/events';
import type { ExecutionResult } from '../../../types/result';

const KEPT_BYTES = 65_536;

/** The last `KEPT_BYTES` of the UTF-8 form of a text. A character that is cut becomes U+FFFD. */
export function tailOf(text: string): string {
  const end = text.slice(-KEPT_BYTES);
  const bytes = Buffer.from(end, 'utf8');
  return bytes.length <= KEPT_BYTES ? end : bytes.subarray(-KEPT_BYTES).toString('utf8');
}

/**
 * Collects the end of both streams while they are written: a result keeps the beginning of output that is over its
 * limit, and none that retention has dropped.
 */
export class OutputTail {
  readonly #tails = { stdout: '', stderr: '' };

  take({ stream, lines, partial }: OutputEvent): void {
    const text = this.#tails[stream] + lines.join('\n') + (partial ? '' : '\n');
    // Shortened now and then, not for every batch.
    this.#tails[stream] = text.length > 4 * KEPT_BYTES ? text.slice(-KEPT_BYTES) : text;
  }

  /** The end of stderr, then that of stdout. Complete output is taken from the result: it has the exact text. */
  of(result: ExecutionResult): readonly string[] {
    const { stdoutTruncated, stderrTruncated, outputDropped } = result;
    const stderr = stderrTruncated || outputDropped ? this.#tails.stderr : result.stderr;
    const stdout = stdoutTruncated || outputDropped ? this.#tails.stdout : result.stdout;
    return [tailOf(stderr), tailOf(stdout)];
  }
}
