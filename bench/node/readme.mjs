// The figures of the README, out of bench/results/latest.json, so that they are those of a committed result:
//
//   node bench/node/readme.mjs           writes them between their two marks in README.md
//   node bench/node/readme.mjs --check   ends with 1 if they are others (a part of `npm run lint`)
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const BEGIN = '<!-- figures: npm run bench -->';
const END = '<!-- end of figures -->';

/** By the ids of figures: what a reader of the README asks first. */
const ROWS = [
  ['launch-heap', '`/bin/true`, 32 at a time, with 1 GiB in use: commands per second'],
  ['launch-heap-stall', 'the same: longest time that the event loop was held'],
  ['call-heap', 'JavaScript thread held by one launch (p99), with 1 GiB in use'],
  ['launch-32', '`/bin/true`, 32 at a time, in a small process: commands per second'],
  ['launch-1', 'one at a time'],
  ['launch-cpu', 'CPU of the host for it, 32 at a time'],
  ['alive-stall-child_process', '1000 commands alive at once, streaming: longest stall'],
  ['lines-short-readline', 'lines in batches, per second'],
  ['lines-short', 'the same'],
  ['line-events', 'one event a line, per second'],
  ['line-iterator', '`for await` over lines, per second'],
  ['line-iterator-execa', 'the same'],
];

export function readmeFigures({ date, node, cpu, cpus, kernel, figures }) {
  const byId = new Map(figures.map((figure) => [figure.id, figure]));
  const rows = ROWS.map(([id, title]) => row(title, byId.get(id)));
  return [
    BEGIN,
    `Measured on ${date}: ${cpus} x ${cpu}, ${kernel}, Node.js ${node}. Medians of ratios within a round; in brackets the`,
    'range over the rounds.',
    '',
    '| | beside | better by |',
    '|---|---|---|',
    ...rows,
    '',
    END,
  ].join('\n');
}

function row(title, figure) {
  if (!figure) throw new Error(`bench/results/latest.json has no figure for: ${title}`);
  const { base, median, min, max } = figure;
  return `| ${title} | ${base} | **${short(median)} x** (${short(min)} to ${short(max)}) |`;
}

const short = (number) => String(Number(number.toPrecision(2)));

function withFigures(text, figures) {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`README.md has lost its marks ${BEGIN} and ${END}`);
  return `${before}${figures}${after}`;
}

export function updateReadme(results) {
  const file = fileURLToPath(new URL('../../README.md', import.meta.url));
  const text = readFileSync(file, 'utf8');
  const wanted = withFigures(text, readmeFigures(results));
  if (wanted === text) return true;
  if (!process.argv.includes('--check')) writeFileSync(file, wanted);
  return false;
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const results = new URL('../results/latest.json', import.meta.url);
  const same = updateReadme(JSON.parse(readFileSync(results, 'utf8')));
  if (!same && process.argv.includes('--check')) {
    console.error('The figures of README.md are not those of bench/results/latest.json.');
    console.error('Run: node bench/node/readme.mjs');
    process.exitCode = 1;
  }
}
