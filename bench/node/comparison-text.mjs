// The comparison with other runtimes in docs/performance.md, from the committed results: the tables with all contenders,
// and for each table who is best in which row, also where it is not the engine.
import { number } from './format.mjs';
import { partsOf } from './table.mjs';

export function comparisonText(results) {
  const { comparisons = [], threads = [] } = results;
  if (comparisons.length === 0)
    return 'The committed results have no comparison with other runtimes yet; `npm run bench` makes one.';
  const titles = [...new Set(comparisons.map(({ table }) => table))];
  return [
    about(results),
    ...titles.map((title) =>
      comparisonTable(
        title,
        comparisons.filter(({ table }) => table === title),
      ),
    ),
    threadTable(threads),
  ].join('\n\n');
}

function about({ date, node, cpu, cpus, kernel, rounds, peers, missing }) {
  const versions = Object.entries(peers)
    .filter(([name, version]) => version !== null && name !== 'Node.js')
    .map(([name, version]) => `${name} ${version}`);
  const left = Object.keys(missing).map((name) => `Not measured: ${name}.`);
  return [
    `Measured on ${date}: ${cpus} x ${cpu}, ${kernel}, Node.js ${node}, ${versions.join(', ')}; medians of ${rounds} rounds.`,
    'In bold: the best of the row, without the bare calls, which are the bound of all of them.',
    ...left,
  ].join(' ');
}

function comparisonTable(title, rows) {
  const names = [...new Set(rows.flatMap(({ contenders }) => Object.keys(contenders)))];
  const cell = ({ contenders, fastest }, name) => {
    if (!contenders[name]) return '';
    const text = number(contenders[name].median);
    return name === fastest ? `**${text}**` : text;
  };
  return [
    `| ${[title, ...names].join(' | ')} |`,
    `|${'---|'.repeat(names.length + 1)}`,
    ...rows.map((row) => `| ${[row.title, ...names.map((name) => cell(row, name))].join(' | ')} |`),
    '',
    verdictOf(rows),
  ].join('\n');
}

/** Who is best where, and by which factor compared with the engine. */
function verdictOf(rows) {
  const own = rows.filter(({ fastest }) => fastest === 'engine').length;
  const others = [...new Set(rows.map(({ fastest }) => fastest))].filter(
    (name) => name !== 'engine',
  );
  const wins = others.map((name) => {
    const won = rows.filter(({ fastest }) => fastest === name);
    return `${name} in ${won.map((row) => `"${row.title}" (${number(1 / row.contenders[name].factor)} times the engine)`).join(', ')}`;
  });
  const first = `The engine is best in ${own} of ${rows.length} rows`;
  return wins.length === 0 ? `${first}.` : `${first}; ${wins.join('; ')}.`;
}

function threadTable(threads) {
  const rows = threads.map(
    ({ title, contender, allUs, threadUs }) =>
      `| ${title} | ${contender} | ${number(allUs)} | ${partsOf(threadUs, '`')} |`,
  );
  return [
    'CPU time of the host for one launch in microseconds, and its parts by thread. `main` is the thread that runs JavaScript.',
    '',
    '| launches | contender | all | by thread |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}
