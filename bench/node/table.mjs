// The one table that a run prints.
import { number, target, verdict } from './format.mjs';

const HEADER = ['figure', 'here', 'the other', '', 'range over rounds', 'target', ''];

export function table(rows) {
  const lines = [HEADER, ...rows.map(cells)];
  const widths = HEADER.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const text = lines.map((line) =>
    line.map((cell, column) => pad(cell, column, widths)).join('  '),
  );
  text.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return [...text.map((line) => line.trimEnd()), ...remarks(rows)].join('\n');
}

function cells(row) {
  const { unit, contenders } = row.measured;
  const other = row.base === null ? '' : `${number(contenders[row.base].median)} ${row.base}`;
  const own = row.base === null ? '' : `${number(contenders.engine.median)} ${unit}`;
  return [
    row.title,
    own,
    other,
    `${number(row.median)}${row.unit.startsWith('x') ? '' : ' '}${row.unit}`,
    `${number(row.min)} - ${number(row.max)}`,
    target(row),
    verdict(row),
  ];
}

const LEFT = new Set([0, 6]);

const pad = (cell, column, widths) =>
  LEFT.has(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);

function remarks(rows) {
  const judged = rows.filter(({ met }) => met !== null);
  const missed = judged.filter(({ met }) => !met);
  if (judged.length === 0) return [];
  const found = `${judged.length - missed.length} of ${judged.length} targets met`;
  const noted = missed.filter(({ note }) => note !== null);
  return ['', found, ...noted.map(({ id, title, note }) => `  ${title} (${id}): ${note}`)];
}
