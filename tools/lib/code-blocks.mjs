// The programs in a Markdown page: its fenced blocks of JavaScript and TypeScript. Words behind `js` or `ts` say how one is
// run: `outline` not at all, `node24` with that version of Node and later ones, `input=…` with that text on stdin.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { transformSync } from 'esbuild';
import { inRoot } from './paths.mjs';

const fence = /^```(js|ts)\b(.*)\n([\s\S]*?)^```$/gm;

/** Writes the blocks of a page to files below build/, where the package finds itself by its name. */
export function codeBlocks(page) {
  const text = readFileSync(inRoot(page), 'utf8');
  return [...text.matchAll(fence)]
    .map(({ 1: loader, 2: words, 3: code, index }) => ({
      words,
      code: loader === 'ts' ? transformSync(code, { loader }).code : code,
      line: lineOf(text, index),
    }))
    .filter(({ words }) => runsHere(words))
    .map(({ words, code, line }) => {
      const file = `build/code-blocks/${path.basename(page, '.md')}-${line}.mjs`;
      mkdirSync(path.dirname(inRoot(file)), { recursive: true });
      writeFileSync(inRoot(file), code);
      return {
        name: `${page}:${line}`,
        file,
        input: / input=(.*)/.exec(words)?.[1] ?? '',
        // A program that sets another exit code says so itself.
        exitCode: Number(/\bprocess\.exitCode = (\d+)/.exec(code)?.[1] ?? 0),
      };
    });
}

const lineOf = (text, index) => text.slice(0, index).split('\n').length;

function runsHere(words) {
  const oldest = Number(/\bnode(\d+)\b/.exec(words)?.[1] ?? 0);
  return !/\boutline\b/.test(words) && Number(process.versions.node.split('.')[0]) >= oldest;
}
