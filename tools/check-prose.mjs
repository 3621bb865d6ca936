// Checks the wording of comments, documents, test names and messages (tools/prose-rules.mjs) and their spelling (cspell,
// cspell.json), and looks in all files for unfinished work, paths of one machine and conflict markers.
//
//   node tools/check-prose.mjs [path ...]     findings, in all files or in those that start with a path
//   node tools/check-prose.mjs --counts       findings of wording and spelling by folder
//   node tools/check-prose.mjs --rate [DIR]   lines of prose with such a word, per 1000 lines, here or in another checkout
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { bin, inRoot, root } from './lib/paths.mjs';
import { proseOf } from './lib/prose.mjs';
import { capture } from './lib/run.mjs';
import { exceptions, rules } from './prose-rules.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { counts: { type: 'boolean' }, rate: { type: 'boolean' } },
});

const patterns = rules.map(({ words, instead }) => ({
  instead,
  pattern: new RegExp(`(?<![\\w-])(?:${words.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi'),
}));

// In all text, not only in prose. Put together from pieces, so that this file does not match.
const everywhere = [
  {
    pattern: new RegExp(
      `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`,
    ),
    instead: 'finish it, or report it as an issue',
  },
  {
    pattern: new RegExp(
      `(^|[^\\w.])/(${['wo' + 'rk/(main|shared)', 'ro' + 'ot', 'ho' + 'me/\\w+', 'Us' + 'ers/\\w+'].join('|')})/`,
    ),
    instead: 'no paths of one machine',
  },
  { pattern: /^(<{7}|={7}|>{7})( |$)/, instead: 'resolve the conflict' },
  {
    pattern: /^\s*"resolved": "https?:/,
    instead: 'npm install --omit-lockfile-registry-resolved: lock files name no host',
  },
];
const BINARY = /\.(png|jpg|gif|ico|node|gz|zip|bin|xz|woff2)$|^test\/fuzz\/corpus\//;
const GENERATED = /^docs\/api\//;

if (values.rate) printRate(path.resolve(positionals[0] ?? root));
else await check();

function textFiles(folder) {
  const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  return execFileSync('git', options, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 })
    .split('\0')
    .filter((file) => file !== '' && !BINARY.test(file) && existsSync(path.join(folder, file)))
    .map((file) => ({ file, text: readFileSync(path.join(folder, file), 'utf8') }));
}

/** The places of a block that match a rule, with what to write instead. Where matches overlap, the first one counts. */
function wordingOf({ line, text }) {
  let end = 0;
  return patterns
    .flatMap(({ pattern, instead }) =>
      [...text.matchAll(pattern)].map(({ 0: found, index }) => ({ found, index, instead })),
    )
    .sort((a, b) => a.index - b.index)
    .filter(({ index, found }) => {
      const isFirst = index >= end;
      if (isFirst) end = index + found.length;
      return isFirst;
    })
    .map(({ found, index, instead }) => ({
      line: line + text.slice(0, index).split('\n').length - 1,
      problem: `"${found.replace(/\s+/g, ' ')}": ${instead}`,
    }));
}

function printRate(folder) {
  let lines = 0;
  let words = 0;
  const marked = new Set();
  for (const { file, text } of textFiles(folder)) {
    if (GENERATED.test(file) || exceptions.some((one) => one.file === file && one.text === ''))
      continue;
    for (const block of proseOf(file, text).filter(({ kind }) => kind !== 'message')) {
      lines += block.text.split('\n').filter((line) => /[a-z]{2}/i.test(line)).length;
      for (const { line } of wordingOf(block)) {
        words += 1;
        marked.add(`${file}:${line}`);
      }
    }
  }
  const rate = (count) => ((1000 * count) / lines).toFixed(1);
  console.log(
    `${lines} lines of prose, ${marked.size} with a word of the list: ${rate(marked.size)} of 1000 lines`,
  );
  console.log(`${words} words: ${rate(words)} per 1000 lines`);
}

async function check() {
  const files = textFiles(root).filter(
    ({ file }) => positionals.length === 0 || positionals.some((start) => file.startsWith(start)),
  );
  const used = new Set();
  const wording = files.flatMap(({ file, text }) => {
    const lines = text.split('\n');
    const isAllowed = ({ line }) => {
      const found = exceptions.find(
        (one) => one.file === file && lines[line - 1].includes(one.text),
      );
      if (found) used.add(found);
      return found !== undefined;
    };
    return proseOf(file, text)
      .flatMap(wordingOf)
      .filter((one) => !isAllowed(one))
      .map((one) => ({ file, ...one }));
  });
  const unfinished = files.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, index) =>
      everywhere
        .filter(({ pattern }) => pattern.test(line))
        .map(({ instead }) => ({
          file,
          line: index + 1,
          problem: `${line.trim().slice(0, 80)}: ${instead}`,
        })),
    ),
  );
  const unused =
    positionals.length > 0 ? [] : exceptions.filter((one) => one.text !== '' && !used.has(one));
  const findings = [
    ...unfinished,
    ...wording,
    ...(await spelling(files)),
    ...unused.map(({ file, text }) => ({
      file,
      line: 0,
      problem: `no exception is needed for: ${text}`,
    })),
  ];
  if (values.counts) printCounts(findings);
  else for (const { file, line, problem } of findings) console.error(`${file}:${line}: ${problem}`);
  console.log(`prose: ${files.length} files, ${findings.length} findings`);
  process.exitCode = findings.length > 0 && !values.counts ? 1 : 0;
}

/** cspell reads copies that hold the prose only, on the same lines. */
async function spelling(files) {
  const folder = 'build/prose';
  rmSync(inRoot(folder), { recursive: true, force: true });
  for (const { file, text } of files) {
    const lines = text.split('\n').map(() => '');
    for (const { kind, line, text: prose } of proseOf(file, text)) {
      if (kind === 'message') continue;
      prose.split('\n').forEach((part, index) => {
        lines[line - 1 + index] += ` ${part}`;
      });
    }
    if (lines.every((line) => line.trim() === '')) continue;
    const copy = inRoot(folder, `${file}.txt`);
    mkdirSync(path.dirname(copy), { recursive: true });
    writeFileSync(copy, lines.join('\n'));
  }
  const { code, output } = await capture(bin('cspell'), [
    ...['lint', '--config', 'cspell.json', '--no-progress', '--no-summary', '--no-color'],
    ...['--root', folder, '--dot', '**'],
  ]);
  const found = [
    ...output.matchAll(
      /^(.*?):(\d+):\d+ - (Unknown word|Forbidden word|Misspelled word) \((.*?)\)/gm,
    ),
  ];
  if (code !== 0 && found.length === 0) throw new Error(`cspell: ${output}`);
  return found.map(([, copy, line, , word]) => ({
    file: path
      .relative(folder, path.resolve(root, folder, copy))
      .replace(/^.*build\/prose\//, '')
      .replace(/\.txt$/, ''),
    line: Number(line),
    problem: `spelling: ${word}`,
  }));
}

function printCounts(findings) {
  const counts = new Map();
  for (const { file, problem } of findings) {
    const depth = /^(src|lib|test)\//.test(file) ? 2 : 1;
    const folder = file.split('/').slice(0, depth).join('/');
    const count = counts.get(folder) ?? { wording: 0, spelling: 0 };
    count[problem.startsWith('spelling: ') ? 'spelling' : 'wording'] += 1;
    counts.set(folder, count);
  }
  for (const [folder, { wording, spelling }] of [...counts].sort()) {
    console.log(
      `${folder.padEnd(28)}${String(wording).padStart(5)} wording ${String(spelling).padStart(5)} spelling`,
    );
  }
}
