/** In which lines a search looks: those that the terminal shows. Pure. */

import type { Row } from '../messages';
import { count, lineCount } from './format';
import type { TextOptions } from './output-text';

/** `shown`: lines in the terminal. */
export function searchScope(shown: number, row: Row, { stream }: TextOptions): string {
  if (row.hasTerminal) return `in the ${lineCount(shown)} of the terminal`;
  const dropped = row.droppedLines > 0 ? `, ${count(row.droppedLines)} dropped` : '';
  if (stream !== undefined) return `in ${lineCount(shown)} of ${stream}${dropped}`;
  const kept = row.lines - row.droppedLines;
  if (shown < kept) return `in the last ${count(shown)} of ${count(kept)} kept lines${dropped}`;
  return dropped === '' ? `in all ${lineCount(shown)}` : `in ${count(kept)} kept lines${dropped}`;
}
