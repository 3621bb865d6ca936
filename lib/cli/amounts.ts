/** Counts and sizes in a few characters. */

function scaled(amount: number, base: number, units: readonly string[]): string {
  let value = amount;
  let unit = 0;
  // A value that rounds to 1000 is shown as 1.0 of the next unit.
  while (Math.round(value) >= 1000 && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)}${units[unit]}`;
}

/** `12`, `3.4k`, `120M`. */
export const formatCount = (count: number): string => scaled(count, 1000, ['', 'k', 'M', 'G']);

/** `12 B`, `3.4 KiB`, `120 MiB`. */
export const formatBytes = (bytes: number): string =>
  scaled(bytes, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB']);
