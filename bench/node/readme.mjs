// Generates the figures of README.md and docs/performance.md from the committed bench/results/latest.json:
//
//   node bench/node/readme.mjs           writes them between the markers of the documents
//   node bench/node/readme.mjs --check   exits with 1 if a document has other figures (a part of `npm run lint`)
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { comparisonText } from './comparison-text.mjs';
import { figures as known } from './suite.mjs';

const END = '<!-- end of figures -->';
/** Documents, the beginning of their figures, and the text between that and the end. */
const DOCUMENTS = [
  ['README.md', '<!-- figures: npm run bench -->', readmeFigures],
  ['docs/performance.md', '<!-- comparison: npm run bench -->', comparisonText],
];

/** Ids of the figures that README.md shows, with their titles there. */
const ROWS = [
  ['launch-heap', 'launches per second, `/bin/true`, 32 at a time, 1 GiB in use'],
  ['launch-heap-stall', 'longest stall of the event loop in that run'],
  ['call-heap', 'time that one launch holds the JavaScript thread (p99), 1 GiB in use'],
  ['launch-32', 'launches per second, `/bin/true`, 32 at a time, small host process'],
  ['launch-1', 'launches per second, `/bin/true`, one at a time, small host process'],
  ['launch-32-bun', 'launches per second, `/bin/true`, 32 at a time, small host process'],
  ['launch-32-deno', 'launches per second, `/bin/true`, 32 at a time, small host process'],
  ['launch-32-tokio', 'launches per second, `/bin/true`, 32 at a time, small host process'],
  ['launch-1-bun', 'launches per second, `/bin/true`, one at a time, small host process'],
  ['launch-1-deno', 'launches per second, `/bin/true`, one at a time, small host process'],
  ['launch-1-tokio', 'launches per second, `/bin/true`, one at a time, small host process'],
  ['launch-cpu-bun', 'CPU time of the host process, `/bin/true`, 32 at a time'],
  ['launch-cpu', 'CPU time of the host process, `/bin/true`, 32 at a time'],
  ['alive-stall-child_process', 'longest stall of the event loop, 1000 commands with output'],
  ['lines-short-readline', 'lines per second, delivered in batches'],
  ['lines-short', 'lines per second, delivered in batches'],
  ['lines-short-tokio', 'lines per second, delivered in batches'],
  ['line-events', 'lines per second, one event per line'],
  ['line-iterator', 'lines per second, `for await`'],
  ['line-iterator-execa', 'lines per second, `for await`'],
];

function readmeFigures({ date, node, cpu, cpus, kernel, figures }) {
  const byId = new Map(figures.map((figure) => [figure.id, figure]));
  return [
    `Measured on ${date}: ${cpus} x ${cpu}, ${kernel}, Node.js ${node}.`,
    'Each factor is the median of the ratios measured within one round, with the range over the rounds in parentheses.',
    'Below 1 the other one is better.',
    '',
    '| figure | compared with | better by a factor of |',
    '|---|---|---|',
    ...ROWS.flatMap(([id, title]) => row(id, title, byId.get(id))),
    '',
  ].join('\n');
}

/** A figure of a peer that was not there in the run has no row. */
function row(id, title, figure) {
  if (!known.some((one) => one.id === id)) throw new Error(`the suite has no figure ${id}`);
  if (!figure) return [];
  const { base, median, min, max } = figure;
  return [`| ${title} | ${base} | **${short(median)}** (${short(min)} to ${short(max)}) |`];
}

const short = (number) => String(Number(number.toPrecision(2)));

function withFigures(text, begin, figures) {
  const [before, rest] = text.split(begin);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`a document must have the markers ${begin} and ${END}`);
  return `${before}${begin}\n${figures}\n${END}${after}`;
}

/** The documents that had other figures; with `write`, they have the figures of `results` now. */
function differing(results, write) {
  return DOCUMENTS.filter(([name, begin, textOf]) => {
    const file = fileURLToPath(new URL(`../../${name}`, import.meta.url));
    const text = readFileSync(file, 'utf8');
    const wanted = withFigures(text, begin, textOf(results));
    if (wanted !== text && write) writeFileSync(file, wanted);
    return wanted !== text;
  });
}

const check = process.argv.includes('--check');
const results = new URL('../results/latest.json', import.meta.url);
const others = differing(JSON.parse(readFileSync(results, 'utf8')), !check);
if (check && others.length > 0) {
  console.error(`${others.map(([name]) => name)}: not the figures of bench/results/latest.json.`);
  console.error('Run: node bench/node/readme.mjs');
  process.exitCode = 1;
}
