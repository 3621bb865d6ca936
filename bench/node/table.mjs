// The table that a run prints.
import { number, target, verdict } from './format.mjs';

const HEADER = [
  'figure',
  'engine',
  'compared with',
  'result',
  'range over rounds',
  'best',
  'target',
  '',
];
const LEFT = new Set([0, 7]);

export function table(rows) {
  return [...aligned([HEADER, ...rows.map(cells)], LEFT), ...remarks(rows)].join('\n');
}

/** The tables of all contenders side by side. The best of a row is named in its last column. */
export function comparisonTables(comparisons) {
  const titles = [...new Set(comparisons.map(({ table: title }) => title))];
  return titles
    .map((title) =>
      comparisonTable(
        title,
        comparisons.filter((row) => row.table === title),
      ),
    )
    .map((text) => `\n${text}`)
    .join('\n');
}

function comparisonTable(title, rows) {
  const names = [...new Set(rows.flatMap(({ contenders }) => Object.keys(contenders)))];
  const lines = rows.map(({ title: row, contenders, fastest }) => [
    row,
    ...names.map((name) => (contenders[name] ? number(contenders[name].median) : '')),
    fastest,
  ]);
  return aligned([[title, ...names, 'best'], ...lines], new Set([0, names.length + 1])).join('\n');
}

/** The CPU of the host by thread, in microseconds for one launch. */
export function threadTable(threads) {
  if (threads.length === 0) return '';
  const header = ['CPU of the host by thread, us', 'contender', 'all', 'main thread and others'];
  const lines = threads.map(({ title, contender, allUs, threadUs }) => [
    title,
    contender,
    number(allUs),
    partsOf(threadUs),
  ]);
  return ['', ...aligned([header, ...lines], new Set([0, 1, 3]))].join('\n');
}

/** `quote`: around each name of a thread. */
export const partsOf = (threadUs, quote = '') =>
  Object.entries(threadUs)
    .map(([name, spent]) => `${quote}${name}${quote} ${number(spent)}`)
    .join(', ');

/** Columns of equal width. Those in `left` are aligned to the left. */
function aligned(lines, left) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) =>
        left.has(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  '),
  );
  text.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return text.map((line) => line.trimEnd());
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
    row.fastest ?? '',
    target(row),
    verdict(row),
  ];
}

function remarks(rows) {
  const judged = rows.filter(({ met }) => met !== null);
  const missed = judged.filter(({ met }) => !met);
  if (judged.length === 0) return [];
  const found = `${judged.length - missed.length} of ${judged.length} targets met`;
  const noted = missed.filter(({ note }) => note !== null);
  return ['', found, ...noted.map(({ id, title, note }) => `  ${title} (${id}): ${note}`)];
}
