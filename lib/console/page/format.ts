/** Figures as people read them. */

import type { Row } from '../wire';

const two = (value: number): string => String(value).padStart(2, '0');

/** `0.4 s`, `12 s`, `3:05`, `1:02:03`. */
export function duration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** In powers of 1000, with about three figures. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

export const count = (value: number): string => value.toLocaleString('en');

export const percent = (value: number): string =>
  `${value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;

/** How long it has run, or ran, or waits. `now`: by the clock of the server. */
export function elapsed(row: Row, now: number): string {
  if (row.durationMs !== null) return duration(row.durationMs);
  return duration(Math.max(0, now - (row.startedAt ?? row.askedAt)));
}

export const STATUS_NAMES: Record<Row['status'], string> = {
  pending: 'Queued',
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  timeout: 'Timed out',
  cancelled: 'Cancelled',
};

/** What became of it: the exit code or the signal. */
export function ending(row: Row): string {
  if (row.exitCode !== null) return `exit ${row.exitCode}`;
  return row.signal ?? '';
}

export function memory({ memory }: Row): string {
  if (memory === null) return '';
  const bound = memory.kind === 'atMost' ? '≤ ' : '';
  return `${bound}${bytes(memory.bytes)}`;
}

const FACTORS: Record<string, number> = { ms: 1, '': 1000, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `90s`, `5m`, `1.5h`, `30` (seconds); `null` for what is none of that. */
export function parseDuration(text: string): number | null {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h)?\s*$/i.exec(text) ?? [];
  const ms = Number(number) * (FACTORS[unit.toLowerCase()] ?? Number.NaN);
  return ms > 0 ? ms : null;
}

export function progressText({ progress }: Row): string {
  if (progress === null) return '';
  const share = progress.fraction === null ? '' : percent(100 * progress.fraction);
  return [share, progress.label ?? ''].filter((part) => part !== '').join(' ');
}
