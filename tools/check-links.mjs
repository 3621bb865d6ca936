// Checks every link and picture in the documents: the file exists, and so does the heading.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { listFiles } from './lib/files.mjs';
import { anchorsOf, linksOf } from './lib/markdown.mjs';
import { inRoot } from './lib/paths.mjs';

const read = (file) => readFileSync(inRoot(file), 'utf8');
const known = new Map();

function anchorsIn(file) {
  if (!known.has(file)) known.set(file, anchorsOf(read(file)));
  return known.get(file);
}

function problemOf(page, { file, anchor }) {
  const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
  if (!existsSync(inRoot(target))) return `${target} does not exist`;
  const isPage = target.endsWith('.md');
  if (anchor !== '' && isPage && !anchorsIn(target).has(anchor)) {
    return `${target} has no #${anchor}`;
  }
  return undefined;
}

const pages = listFiles(['.'], ['.md']);
const problems = pages.flatMap((page) =>
  linksOf(read(page))
    .map((link) => problemOf(page, link))
    .filter((problem) => problem !== undefined)
    .map((problem) => `${page}: ${problem}`),
);
for (const problem of new Set(problems)) console.error(`check-links: ${problem}`);
if (problems.length > 0) process.exitCode = 1;
else console.log(`check-links: ${pages.length} pages`);
