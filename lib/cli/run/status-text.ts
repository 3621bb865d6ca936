/** The text of the status line, cut to the width of the terminal. */

import { formatBytes, formatCount } from '../amounts';
import { formatDuration } from '../duration';
import type { OutputRates } from './output-meter';

export interface StatusFacts extends OutputRates {
  elapsedMs: number;
  /** Percent of one core; `undefined`: unknown. */
  cpuPercent?: number | undefined;
  /** From 0 to 1; `undefined`: unknown. */
  fraction?: number | undefined;
  label?: string | undefined;
}

/** A part with a low weight is omitted first. */
interface Part {
  weight: number;
  text: string;
}

const BAR_WIDTH = 20;

/** At most `columns` columns wide. */
export function statusText(facts: StatusFacts, columns: number): string {
  const parts = partsOf(facts).filter(({ text }) => text !== '');
  while (parts.length > 1 && widthOf(join(parts)) > columns) {
    const least = Math.min(...parts.map(({ weight }) => weight));
    const index = parts.findIndex(({ weight }) => weight === least);
    parts.splice(index, 1);
  }
  return cut(join(parts), columns);
}

/** In the order of the line. */
function partsOf({ elapsedMs, fraction, label, cpuPercent, ...rates }: StatusFacts): Part[] {
  const parts: Part[] = [{ weight: 9, text: elapsed(elapsedMs) }];
  if (fraction !== undefined) {
    parts.push({ weight: 5, text: bar(fraction) });
    parts.push({ weight: 8, text: `${Math.floor(clamped(fraction) * 100)}%` });
  }
  if (label !== undefined) parts.push({ weight: 4, text: printable(label) });
  parts.push({ weight: 7, text: `${formatCount(rates.linesPerSecond)} lines/s` });
  parts.push({ weight: 6, text: `${formatBytes(rates.bytesPerSecond)}/s` });
  if (cpuPercent !== undefined) parts.push({ weight: 3, text: `CPU ${Math.round(cpuPercent)}%` });
  return parts;
}

/** Whole seconds: fractions change too often to be read, and move the other parts. */
const elapsed = (ms: number): string =>
  ms < 1000 ? '0s' : formatDuration(Math.floor(ms / 1000) * 1000);

const join = (parts: readonly Part[]): string => parts.map(({ text }) => text).join('  ');

const clamped = (fraction: number): number => Math.min(1, Math.max(0, fraction));

function bar(fraction: number): string {
  const full = Math.floor(clamped(fraction) * BAR_WIDTH);
  const head = full < BAR_WIDTH ? '>' : '';
  return `[${`${'='.repeat(full)}${head}`.padEnd(BAR_WIDTH)}]`;
}

/** The label comes from the command: it must not move the cursor. */
const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();

/** Characters above ASCII may take two columns; none takes more. */
const columnsOf = (character: string): number => (character <= '~' ? 1 : 2);

const widthOf = (text: string): number =>
  [...text].reduce((sum, character) => sum + columnsOf(character), 0);

function cut(text: string, columns: number): string {
  let [room, kept] = [columns, ''];
  for (const character of text) {
    room -= columnsOf(character);
    if (room < 0) break;
    kept += character;
  }
  return kept;
}
