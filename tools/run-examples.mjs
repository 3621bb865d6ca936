// Runs every example, the demo, and the programs in the documents for users: node tools/run-examples.mjs [part of a name]
// A program passes when it exits with 0, or with the exit code that it sets, and writes nothing to stderr.
//
// A program in a document is a fenced block of `js` or `ts`. Words after the language say how it runs: `outline` is not
// run, `node24` needs that version of Node.js or a later one, `input=…` is its standard input.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { transformSync } from 'esbuild';
import { listFiles } from './lib/files.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { Report } from './lib/report.mjs';

const PAGES = [
  'README.md',
  'docs/guide.md',
  'docs/from-execa.md',
  'docs/from-the-crate.md',
  'docs/bridge.md',
  'docs/console.md',
  'docs/ui-integration.md',
];
const TIME_LIMIT_MS = 180_000;
// Here a program finds the package by its name.
const folder = 'build/code-blocks';

const env = { ...process.env, PATH: `${installProgram()}${path.delimiter}${process.env.PATH}` };
const wanted = process.argv[2] ?? '';
const programs = [
  ...listFiles(['examples'], ['.mjs'])
    .filter((file) => file.split('/').length === 2 || file.endsWith('/main.mjs'))
    .map((file) => ({ name: file, file, input: '', exitCode: 0 })),
  ...PAGES.flatMap(programsOf),
].filter(({ name }) => name.includes(wanted));

const report = new Report('examples');
for (const program of programs) await report.check(program.name, () => passes(program));
report.end();

/** A folder for PATH with the command of the package. */
function installProgram() {
  const bin = inRoot(folder, 'bin');
  const name = path.join(bin, 'escher-execution-engine');
  mkdirSync(bin, { recursive: true });
  rmSync(name, { force: true });
  symlinkSync(inRoot('dist/cli/main.js'), name);
  return bin;
}

/** Writes the programs of a document to files. */
function programsOf(page) {
  const text = readFileSync(inRoot(page), 'utf8');
  const blocks = [...text.matchAll(/^```(js|ts)\b(.*)\n([\s\S]*?)^```$/gm)];
  return blocks
    .filter(([, , words]) => runsHere(words))
    .map(({ 1: loader, 2: words, 3: source, index }) => {
      const code = loader === 'ts' ? transformSync(source, { loader }).code : source;
      const line = text.slice(0, index).split('\n').length;
      const file = `${folder}/${path.basename(page, '.md')}-${line}.mjs`;
      writeFileSync(inRoot(file), code);
      return {
        name: `${page}:${line}`,
        file,
        input: / input=(.*)/.exec(words)?.[1] ?? '',
        exitCode: Number(/\bprocess\.exitCode = (\d+)/.exec(code)?.[1] ?? 0),
      };
    });
}

function runsHere(words) {
  const oldest = Number(/\bnode(\d+)\b/.exec(words)?.[1] ?? 0);
  return !/\boutline\b/.test(words) && Number(process.versions.node.split('.')[0]) >= oldest;
}

function passes({ file, input, exitCode }) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--throw-deprecation', file],
    { cwd: root, env, encoding: 'utf8', input, timeout: TIME_LIMIT_MS },
  );
  const ok = status === exitCode && stderr === '';
  if (!ok) console.log(`${stdout}${stderr}${signal ?? `exit code ${status}`}\n`);
  return ok;
}
