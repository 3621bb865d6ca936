/** What the status line says, cut to the width of the terminal. */

import { formatBytes, formatCount } from './amounts';
import { formatDuration } from './duration';
import type { Rates } from './meter';

export interface StatusFacts extends Rates {
  elapsedMs: number;
  /** Of one core; `undefined`: not known. */
  cpuPercent?: number | undefined;
  /** From 0 to 1; `undefined`: not known. */
  fraction?: number | undefined;
  label?: string | undefined;
}

const BAR_WIDTH = 20;

/** The text, in at most `columns` columns. What matters least goes first where there is no room. */
export function statusText(facts: StatusFacts, columns: number): string {
  const { fraction, label, cpuPercent } = facts;
  // In the order of the line, each with its weight.
  const parts: [weight: number, text: string][] = [[9, elapsed(facts.elapsedMs)]];
  if (fraction !== undefined) {
    parts.push([5, bar(fraction)], [8, `${Math.floor(bounded(fraction) * 100)}%`]);
  }
  if (label !== undefined) parts.push([4, printable(label)]);
  parts.push([7, `${formatCount(facts.linesPerSecond)} lines/s`]);
  parts.push([6, `${formatBytes(facts.bytesPerSecond)}/s`]);
  if (cpuPercent !== undefined) parts.push([3, `CPU ${Math.round(cpuPercent)}%`]);

  const kept = parts.filter(([, text]) => text !== '');
  while (kept.length > 1 && width(line(kept)) > columns) {
    const least = Math.min(...kept.map(([weight]) => weight));
    kept.splice(
      kept.findIndex(([weight]) => weight === least),
      1,
    );
  }
  return cut(line(kept), columns);
}

/** Whole seconds: what changes several times a second is not read, and moves the rest about. */
const elapsed = (ms: number): string =>
  ms < 1000 ? '0s' : formatDuration(Math.floor(ms / 1000) * 1000);

const line = (parts: readonly [number, string][]): string =>
  parts.map(([, text]) => text).join('  ');

const bounded = (fraction: number): number => Math.min(1, Math.max(0, fraction));

function bar(fraction: number): string {
  const full = Math.floor(bounded(fraction) * BAR_WIDTH);
  const head = full < BAR_WIDTH ? '>' : '';
  return `[${`${'='.repeat(full)}${head}`.padEnd(BAR_WIDTH)}]`;
}

/** A label comes from the command: it must not move the cursor. */
const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();

/** Beyond ASCII a character may take two columns, and none here takes more. */
const widthOf = (character: string): number => (character <= '~' ? 1 : 2);

const width = (text: string): number => [...text].reduce((sum, each) => sum + widthOf(each), 0);

function cut(text: string, columns: number): string {
  let [room, kept] = [columns, ''];
  for (const character of text) {
    room -= widthOf(character);
    if (room < 0) break;
    kept += character;
  }
  return kept;
}
