/** Values as text. */

import type { Row } from '../messages';

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `0.4 s`, `12 s`, `3:05`, `1:02:03`. */
export function duration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${twoDigits(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** In powers of 1000, with two or three digits. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 9.995 ? 0 : 1;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit]}`;
}

export const count = (value: number): string => value.toLocaleString('en');

export const percent = (value: number): string =>
  `${value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;

const CLOCK_LENGTH = 'HH:MM:SS.mmm'.length;

/** `09:05:07.123` in the time zone of the browser; blank if the time is unknown. */
export function clockTime(at: number | null): string {
  if (at === null) return ' '.repeat(CLOCK_LENGTH);
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits);
  return `${parts.join(':')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** How long the execution has run or waited. `now`: by the clock of the server. */
export function elapsed(row: Row, now: number): string {
  if (row.durationMs !== null) return duration(row.durationMs);
  return duration(Math.max(0, now - (row.startedAt ?? row.requestedAt)));
}

export const STATUS_NAMES: Record<Row['status'], string> = {
  pending: 'Queued',
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  timeout: 'Timed out',
  cancelled: 'Cancelled',
};

/** The exit code or the signal; empty until the end. */
export function exitText(row: Row): string {
  if (row.exitCode !== null) return `exit ${row.exitCode}`;
  return row.signal ?? '';
}

export function memory({ memory }: Row): string {
  if (memory === null) return '';
  const bound = memory.kind === 'atMost' ? '≤ ' : '';
  return `${bound}${bytes(memory.bytes)}`;
}

const MS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['', 1000],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** The milliseconds of `90s`, `5m`, `1.5h`, `30` (seconds); `null` for any other text. */
export function parseDuration(text: string): number | null {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h)?\s*$/i.exec(text) ?? [];
  const ms = Number(number) * (MS_PER_UNIT.get(unit.toLowerCase()) ?? Number.NaN);
  return ms > 0 ? ms : null;
}

export function progressText({ progress }: Row): string {
  if (progress === null) return '';
  const fraction = progress.fraction === null ? '' : percent(100 * progress.fraction);
  return [fraction, progress.label ?? ''].filter((part) => part !== '').join(' ');
}

/** `1 line`, `2,000 lines`. */
export const lineCount = (lines: number): string =>
  lines === 1 ? '1 line' : `${count(lines)} lines`;

/** The name that the program gave the execution, and the command. */
export const label = ({ name, command }: Row): string =>
  name === null ? command : `${name}: ${command}`;

export const tagTexts = ({ tags }: Row): string[] =>
  Object.entries(tags).map(([key, value]) => `${key}=${value}`);
