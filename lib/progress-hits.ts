/** Finds what a command says of its progress in the text that it writes. Pure. */

import type * as util from 'node:util';

/** As in the event `progress`. */
export interface ProgressState {
  fraction: number | null;
  label: string | null;
}

/** Finds the last word of a text on the matter, if there is a new one. */
export interface ProgressFinder {
  /** `text`: lines of one stream, without terminators at the end; `partial`: its last line goes on. */
  find(stream: 0 | 1, text: string, partial: boolean): ProgressState | undefined;
}

/** So much of a line, its end, is looked at: a pattern may take a time that grows with a power of it. */
const LOOKED_AT = 512;

/** `ESC ] 9 ; 4 ; state [; percent]`, ended by BEL or `ESC \`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about control characters.
const SEQUENCE = /\x1b\]9;4;([0-4])(?:;(\d{0,3}))?;?(?:\x07|\x1b\\)/g;
const LONGEST_SEQUENCE = 24;

/** What begins a redrawn line, as a carriage return does: moves of the cursor, erasing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about control characters.
const REDRAW = /\x1b\[[\d;?]*[A-HJKSTfsu]/g;

/** The sequence that terminals show in their task bar. */
export function sequenceFinder(): ProgressFinder {
  const kept: [string, string] = ['', ''];
  let last: number | null = null;
  return {
    find(stream, text, partial) {
      const known = kept[stream].length;
      const all = kept[stream] + text;
      // A sequence may go on in what comes next.
      kept[stream] = partial ? all.slice(-LONGEST_SEQUENCE) : '';
      let found: ProgressState | undefined;
      for (const match of all.matchAll(SEQUENCE)) {
        const [{ length }, state, percent] = match;
        // One that ends in the part that was seen before was told before.
        if (match.index + length <= known) continue;
        last = fractionOf(state as string, percent, last);
        found = { fraction: last, label: null };
      }
      return found;
    },
  };
}

/** 0 takes the progress away, 3 says that it is not known; an error (2) or a pause (4) may leave it. */
function fractionOf(state: string, percent: string | undefined, last: number | null) {
  if (state === '0' || state === '3') return null;
  if (percent === undefined || percent === '') return state === '1' ? 0 : last;
  return within(Number(percent) / 100);
}

/** Lines that match. */
export function patternFinder(pattern: RegExp): ProgressFinder {
  const kept: [string, string] = ['', ''];
  return {
    find(stream, text, partial) {
      const known = kept[stream].length;
      const pieces = plain(kept[stream] + text).split(/[\r\n]/);
      kept[stream] = partial ? (pieces.at(-1) as string).slice(-LOOKED_AT) : '';
      for (let i = pieces.length - 1; i >= 0; i--) {
        const piece = pieces[i] as string;
        const match = pattern.exec(piece.slice(-LOOKED_AT));
        if (match === null) continue;
        const end = Math.max(piece.length - LOOKED_AT, 0) + match.index + match[0].length;
        if (i > 0 || end > known) return stateOf(match);
      }
      return undefined;
    },
  };
}

/** What a person would read, a redrawn line as a new one. */
function plain(text: string): string {
  if (!text.includes('\x1b')) return text;
  const { stripVTControlCharacters } = require('node:util') as typeof util;
  return stripVTControlCharacters(text.replace(REDRAW, '\r'));
}

function stateOf(match: RegExpExecArray): ProgressState {
  const { percent, fraction, current, total, label } = match.groups ?? {};
  const state = (value: number): ProgressState => ({
    fraction: within(value),
    label: label ?? null,
  });
  if (percent !== undefined) return state(numberIn(percent) / 100);
  if (fraction !== undefined) return state(numberIn(fraction));
  if (current !== undefined && total !== undefined) {
    return state(countIn(current) / countIn(total));
  }
  const isNamed = match.groups !== undefined;
  return state(isNamed ? Number.NaN : numberIn(match[1] ?? '') / 100);
}

/** `45.5` and `45,5`. */
const numberIn = (text: string): number => Number.parseFloat(text.trim().replace(',', '.'));

/** `1234`, `1,234`, `1_234` and `1 234`. */
const countIn = (text: string): number => Number.parseFloat(text.replace(/[,_'\s]/g, ''));

/** A bar goes from 0 to 1, whatever the command counts. What is no number is not known. */
function within(value: number): number | null {
  return Number.isNaN(value) ? null : Math.min(Math.max(value, 0), 1);
}
