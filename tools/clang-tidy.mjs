// Runs clang-tidy over src/ and binding/, one process per core, and only over what changed since it last passed.
//
// A unit has passed when build/lint/clang-tidy/ holds a stamp named by the hash of all that can change the answer: the
// unit, the headers of ours that it includes, the checks, the compile options.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { listFiles } from './lib/files.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { capture } from './lib/run.mjs';

const database = 'build/tidy';
const stamps = inRoot('build/lint/clang-tidy');
// Homebrew keeps LLVM out of PATH.
const inHomebrew = '/opt/homebrew/opt/llvm/bin/clang-tidy';
const clangTidy = existsSync(inHomebrew) ? inHomebrew : 'clang-tidy';

const units = listFiles(['src', 'binding'], ['.cpp']).filter(
  (file) => !file.includes(foreignSystem()),
);
if (units.length === 0) process.exit(0);

await configure();
const commands = new Map(
  JSON.parse(readFileSync(inRoot(database, 'compile_commands.json'), 'utf8')).map(
    ({ file, command }) => [path.relative(root, file), command],
  ),
);
mkdirSync(stamps, { recursive: true });

const pending = units
  .filter((unit) => commands.has(unit))
  .map((unit) => ({ unit, stamp: path.join(stamps, stampOf(unit)) }))
  .filter(({ stamp }) => !existsSync(stamp));
const total = pending.length;
let failures = 0;
await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
console.log(`clang-tidy: ${total} of ${units.length} units looked at, ${failures} with findings`);
process.exitCode = failures > 0 ? 1 : 0;

async function worker() {
  for (let next = pending.shift(); next; next = pending.shift()) {
    const { code, output } = await capture(clangTidy, [
      '-p',
      database,
      '--quiet',
      '--extra-arg=-Wno-unknown-warning-option',
      next.unit,
    ]);
    if (code === 0) {
      writeFileSync(next.stamp, '');
    } else {
      failures += 1;
      console.error(withoutCounts(output));
    }
  }
}

/** The compile database comes from a configuration of its own: a precompiled header of g++ is of no use to clang. */
async function configure() {
  const { code, output } = await capture('cmake', ['--preset', 'tidy']);
  if (code === 0) return;
  rmSync(inRoot(database), { recursive: true, force: true });
  console.error(output);
  process.exit(1);
}

function stampOf(unit) {
  const hash = createHash('sha256');
  hash.update(readFileSync(inRoot('.clang-tidy')));
  hash.update(commands.get(unit).replaceAll(root, ''));
  for (const file of [...closureOf(unit)].sort())
    hash.update(file).update(readFileSync(inRoot(file)));
  return `${unit.replaceAll('/', '_')}.${hash.digest('hex').slice(0, 16)}`;
}

/** The unit and every header of ours that it includes, directly or not. */
function closureOf(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, header] of readFileSync(inRoot(file), 'utf8').matchAll(
    /^\s*#\s*include\s*"([^"]+)"/gm,
  )) {
    const target = [
      `src/${header}`,
      `binding/${header}`,
      path.posix.join(path.posix.dirname(file), header),
    ].find((name) => existsSync(inRoot(name)));
    if (target) closureOf(target, seen);
  }
  return seen;
}

function foreignSystem() {
  return process.platform === 'win32' ? 'src/process/posix/' : 'src/process/windows/';
}

/** Drops the lines that count what was suppressed in the headers of others. */
function withoutCounts(output) {
  return output
    .split('\n')
    .filter((line) => !/^(\d+ warnings?|Suppressed \d+|Use -header-filter)/.test(line))
    .join('\n')
    .trim();
}
