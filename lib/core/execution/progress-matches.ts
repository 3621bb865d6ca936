/** Finds progress reports in the output of a command. */

import type { LinearMatch, LinearPattern } from '../pattern/linear-pattern';

/** The fields of the event `progress`. */
export interface ProgressState {
  fraction: number | null;
  label: string | null;
}

/** Finds the last new progress report in a text. */
export interface ProgressFinder {
  /** `text`: lines of one stream without a final terminator. `partial`: its last line continues. */
  find(stream: 0 | 1, text: string, partial: boolean): ProgressState | undefined;
}

/** A pattern is matched against the end of a line only. */
const MATCHED_LENGTH = 512;

/**
 * The states of a pattern that one search may cost, about ten milliseconds of JavaScript. Any one line costs less than that:
 * see `MAX_STATES`.
 */
export const STEPS_PER_SEARCH = 2 ** 19;

/** `ESC ] 9 ; 4 ; state [; percent]`, terminated by BEL or `ESC \`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters.
const SEQUENCE = /\x1b\]9;4;([0-4])(?:;(\d{0,3}))?;?(?:\x07|\x1b\\)/g;
const LONGEST_SEQUENCE = 24;

/** Cursor movement and erasing: like a carriage return, they begin a redrawn line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters.
const REDRAW = /\x1b\[[\d;?]*[A-HJKSTfsu]/g;

/**
 * Control and operating system commands, and short sequences. `stripVTControlCharacters` of Node takes time that grows
 * with the square of a sequence that does not end; here no part can match what the part before it matches.
 */
const ESCAPE_SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters.
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-Z\\^-~]/g;

/** The names that have a meaning in a pattern. */
const GROUPS = ['percent', 'fraction', 'current', 'total', 'label'] as const;

/** Finds the OSC 9;4 sequence, which terminals show in the task bar. */
export function sequenceFinder(): ProgressFinder {
  const kept: [string, string] = ['', ''];
  let last: number | null = null;
  return {
    find(stream, text, partial) {
      const known = kept[stream].length;
      const all = kept[stream] + text;
      // A sequence can continue in the next text.
      kept[stream] = partial ? all.slice(-LONGEST_SEQUENCE) : '';
      let found: ProgressState | undefined;
      for (const match of all.matchAll(SEQUENCE)) {
        const [{ length }, state, percent] = match;
        // A sequence within the kept part was reported before.
        if (match.index + length <= known) continue;
        last = fractionOf(state as string, percent, last);
        found = { fraction: last, label: null };
      }
      return found;
    },
  };
}

/** State 0 removes the progress, 3 means unknown; an error (2) or a pause (4) may omit the percentage. */
function fractionOf(state: string, percent: string | undefined, last: number | null) {
  if (state === '0' || state === '3') return null;
  if (percent === undefined || percent === '') return state === '1' ? 0 : last;
  return within(Number(percent) / 100);
}

/** Finds lines that match a pattern, from the last one back. The first lines of an expensive text are skipped. */
export function patternFinder(pattern: LinearPattern): ProgressFinder {
  const kept: [string, string] = ['', ''];
  return {
    find(stream, text, partial) {
      const known = kept[stream].length;
      const pieces = plain(kept[stream] + text).split(/[\r\n]/);
      kept[stream] = partial ? (pieces.at(-1) as string).slice(-MATCHED_LENGTH) : '';
      const lastStep = pattern.steps + STEPS_PER_SEARCH;
      for (let i = pieces.length - 1; i >= 0 && pattern.steps < lastStep; i--) {
        const piece = pieces[i] as string;
        const match = pattern.exec(piece.slice(-MATCHED_LENGTH));
        if (match === undefined) continue;
        const end = Math.max(piece.length - MATCHED_LENGTH, 0) + match.end;
        if (i > 0 || end > known) return stateOf(match);
      }
      return undefined;
    },
  };
}

/** The text as displayed, with each redrawn line as a new line. */
function plain(text: string): string {
  if (!text.includes('\x1b') && !text.includes('\x9b')) return text;
  return text.replace(REDRAW, '\r').replace(ESCAPE_SEQUENCE, '');
}

function stateOf({ captures, groups }: LinearMatch): ProgressState {
  const [percent, fraction, current, total, label] = GROUPS.map((name) => groups?.get(name));
  const state = (value: number): ProgressState => ({
    fraction: within(value),
    label: label ?? null,
  });
  if (percent !== undefined) return state(numberIn(percent) / 100);
  if (fraction !== undefined) return state(numberIn(fraction));
  if (current !== undefined && total !== undefined) {
    return state(countIn(current) / countIn(total));
  }
  return state(groups === undefined ? numberIn(captures[1] ?? '') / 100 : Number.NaN);
}

/** `45.5` and `45,5`. */
const numberIn = (text: string): number => Number.parseFloat(text.trim().replace(',', '.'));

/** `1234`, `1,234`, `1_234` and `1 234`. */
const countIn = (text: string): number => Number.parseFloat(text.replace(/[,_'\s]/g, ''));

/** Clamps a fraction to 0..1. `null`, unknown, for NaN. */
function within(value: number): number | null {
  return Number.isNaN(value) ? null : Math.min(Math.max(value, 0), 1);
}
