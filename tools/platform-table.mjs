// Writes the table of platforms in docs/architecture.md from test/platforms/results/: node tools/platform-table.mjs
// With --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { inRoot } from './lib/paths.mjs';
import { readResults, tableOf } from './lib/platform-results.mjs';

const FILE = inRoot('docs/architecture.md');
const BEGIN = '<!-- platforms: made by tools/platform-table.mjs -->\n';
const END = '<!-- platforms: end -->';

const before = readFileSync(FILE, 'utf8');
const [start, end] = [before.indexOf(BEGIN), before.indexOf(END)];
if (start < 0 || end < start) fail(`${FILE} has no place for the table`);
const after = `${before.slice(0, start + BEGIN.length)}\n${tableOf(readResults())}\n\n${before.slice(end)}`;

if (process.argv.includes('--check')) {
  if (after !== before) fail('docs/architecture.md differs; run: node tools/platform-table.mjs');
} else {
  writeFileSync(FILE, after);
}

function fail(why) {
  console.error(`platforms: ${why}`);
  process.exit(1);
}
