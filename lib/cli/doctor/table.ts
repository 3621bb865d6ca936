/** The checks as a table. */

import type { Check } from './check';

const COLORS = { ok: '\x1b[32m', limited: '\x1b[33m', missing: '\x1b[31m' } as const;
const STATE_WIDTH = 'missing'.length;

export function tableOf(checks: readonly Check[], colored: boolean): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(STATE_WIDTH + 2);
  const rows = checks.flatMap(({ state, name, value, needed, meaning, cure }) => {
    const padded = state.padEnd(STATE_WIDTH);
    const mark = colored ? `${COLORS[state]}${padded}\x1b[39m` : padded;
    const row = `${mark}  ${name.padEnd(width)}  ${value}`;
    if (state === 'ok') return [row];
    const weight = state === 'missing' && needed ? ' (needed)' : '';
    return [row, `${indent}means: ${meaning}${weight}`, `${indent}fix:   ${cure}`];
  });
  return `${[...rows, '', summaryOf(checks)].join('\n')}\n`;
}

function summaryOf(checks: readonly Check[]): string {
  const count = (state: Check['state']): number =>
    checks.filter((check) => check.state === state).length;
  const blocking = checks.filter(({ state, needed }) => state === 'missing' && needed);
  const end =
    blocking.length === 0
      ? 'Commands can be run.'
      : `Commands cannot be run: ${blocking.map(({ name }) => name).join(', ')}.`;
  return `${count('ok')} ok, ${count('limited')} limited, ${count('missing')} missing. ${end}`;
}
