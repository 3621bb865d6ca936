// Checks test/coverage.md: each row has a test, or a dash, and each test that is named stands in the file before it.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { inRoot } from './lib/paths.mjs';

const PAGE = 'test/coverage.md';
const COLUMNS = 4;
const read = (file) => readFileSync(inRoot(file), 'utf8');

/** The cells of each row; a bar in a cell is escaped. */
const rows = read(PAGE)
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| behaviour'))
  .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
  .map((cells) => cells.map((cell) => cell.trim().replaceAll('\\|', '|')));

function problemsOf(cells) {
  const [behaviour, , tests = ''] = cells;
  if (cells.length !== COLUMNS || cells.includes('')) return [`${behaviour}: not ${COLUMNS} cells`];
  if (tests === '—') return [];
  // A link, and the names of tests up to the next link.
  const links = [...tests.matchAll(/\]\(([^)]+)\)([^[]*(?:\[(?!\w[^\]]*\]\()[^[]*)*)/g)];
  if (links.length === 0) return [`${behaviour}: no test`];
  return links.flatMap(([, link, names]) => {
    const file = path.posix.join(path.posix.dirname(PAGE), link);
    return [...names.matchAll(/(`+)(.+?)\1/g)]
      .map(([, , name]) => name)
      .filter((name) => !existsSync(inRoot(file)) || !hasTest(file, name))
      .map((name) => `${behaviour}: ${file} has no test ${name}`);
  });
}

function hasTest(file, name) {
  const text = read(file);
  if (!file.endsWith('.cpp'))
    return text.includes(name) || text.includes(name.replaceAll("'", "\\'"));
  const [suite, test] = name.split('.');
  return new RegExp(`TEST(_F|_P)?\\(\\s*${suite},\\s*${test}\\s*\\)`).test(text);
}

const problems = rows.flatMap(problemsOf);
for (const problem of problems) console.error(`check-coverage: ${problem}`);
if (rows.length === 0 || problems.length > 0) process.exitCode = 1;
else console.log(`check-coverage: ${rows.length} promises`);
