/** Durations as text: `5s`, `1.5m`. */

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What a duration may be, for help texts and usage errors. */
export const DURATION_FORMAT = 'a number followed by ms, s, m, h or d; without a unit in seconds';

/**
 * The milliseconds of `250ms`, `5s`, `1.5m`, `2h`, `1d`. A plain number is in seconds, as for timeout(1).
 * `undefined` for any other text.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(ms|s|m|h|d)?$/.exec(text);
  if (match === null) return undefined;
  const [, number, unit = 's'] = match;
  const milliseconds = Number(number) * (UNITS[unit] as number);
  return milliseconds <= Number.MAX_SAFE_INTEGER ? milliseconds : undefined;
}

/** `250ms`, `1.5s`, `42s`, `1m 30s`, `2h 5m`, `1d 2h`: at most two units. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.round(milliseconds);
  if (ms < 1000) return `${ms}ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${tenths / 10}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, 60, 'm', 's');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return pair(minutes, 60, 'h', 'm');
  return pair(Math.floor(minutes / 60), 24, 'd', 'h');
}

function pair(amount: number, base: number, large: string, small: string): string {
  const rest = amount % base;
  const whole = `${Math.floor(amount / base)}${large}`;
  return rest === 0 ? whole : `${whole} ${rest}${small}`;
}
