// Writes the API reference, docs/api/, out of the comments in lib/ and types/: node tools/api-docs.mjs [--check]
// It fails when an exported name has no summary, when a type that one refers to is missing, when a link leads nowhere;
// with --check also when docs/api/ is not what it would write.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { listFiles } from './lib/files.mjs';
import { anchorsOf } from './lib/markdown.mjs';
import { inRoot } from './lib/paths.mjs';
import { facesOf, readApi, undocumented } from './typedoc/app.mjs';

const reference = 'docs/api';
const checking = process.argv.includes('--check');

// A face may be named in package.json before its source is there.
const faces = facesOf(inRoot('package.json')).filter((file) => existsSync(inRoot(file)));
const { app, project } = await readApi({
  faces: faces.map((file) => inRoot(file)),
  tsconfig: inRoot('tsconfig.lib.json'),
  readme: inRoot('tools/typedoc/introduction.md'),
});

const problems = project === undefined ? ['the sources could not be read'] : [];
if (project !== undefined) {
  problems.push(...undocumented(project).map((name) => `${name} is public and has no summary`));
  const pages = await generate();
  // What TypeDoc warns of: a type that is not exported, a link that leads nowhere.
  if (app.logger.hasErrors() || app.logger.hasWarnings()) problems.push('see the warnings above');
  if (pages.size < faces.length) problems.push(`${pages.size} pages for ${faces.length} faces`);
  if (checking) problems.push(...differences(pages));
  else if (problems.length === 0) write(pages);
}

for (const problem of problems) console.error(`api-docs: ${problem}`);
if (problems.length === 0) console.log(`api-docs: ${faces.length} faces, nothing undocumented`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** The reference as text by file name. TypeDoc writes to a folder only. */
async function generate() {
  const folder = 'build/api-docs';
  rmSync(inRoot(folder), { recursive: true, force: true });
  await app.outputs.writeOutput({ name: 'markdown', path: inRoot(folder) }, project);
  return withTrueAnchors(read(folder));
}

/** TypeDoc numbers some headings that stand once: the number goes where only the heading without it is there. */
function withTrueAnchors(pages) {
  const anchors = new Map([...pages].map(([name, text]) => [name, anchorsOf(text)]));
  const mended = (page) => (link, file, anchor, number) => {
    const there = anchors.get(file === '' ? page : file);
    const isRight = !there || there.has(`${anchor}-${number}`) || !there.has(anchor);
    return isRight ? link : `](${file}#${anchor})`;
  };
  return new Map(
    [...pages].map(([name, text]) => [
      name,
      text.replace(/\]\(([\w.]*)#([\w-]+)-(\d+)\)/g, mended(name)),
    ]),
  );
}

function read(folder) {
  return new Map(
    listFiles([folder], ['.md']).map((file) => [
      path.posix.relative(folder, file),
      readFileSync(inRoot(file), 'utf8'),
    ]),
  );
}

/** Writes them anew: a page of a name that is gone goes too. */
function write(pages) {
  rmSync(inRoot(reference), { recursive: true, force: true });
  for (const [name, text] of pages) {
    mkdirSync(path.dirname(inRoot(reference, name)), { recursive: true });
    writeFileSync(inRoot(reference, name), text);
  }
}

function differences(wanted) {
  const there = read(reference);
  const names = new Set([...wanted.keys(), ...there.keys()]);
  return [...names]
    .filter((name) => wanted.get(name) !== there.get(name))
    .map((name) => `${reference}/${name} is not current: npm run docs:api`);
}
