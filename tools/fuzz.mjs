// Builds and runs the fuzz targets: node tools/fuzz.mjs [--seconds N] [--seed N] [--input FILE] [target ...]
//
// Each target starts from its committed corpus (test/fuzz/corpus/<name>) and runs for N seconds, 10 by default. It writes
// new inputs and crash-* files to build/fuzz/work/<name>. The targets in test/fuzz are C++ with libFuzzer, those in
// test/fuzz-js are JavaScript and fuzz the JSON lines of the bridge. --seed repeats a run, --input runs one file.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import { listFiles } from './lib/files.mjs';
import { inRoot } from './lib/paths.mjs';
import { capture, must } from './lib/run.mjs';

const ADDON = inRoot('build/Release/escher_execution_engine.node');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    input: { type: 'string' },
  },
});
const { seconds, seed, input } = values;
const cpp = targetsIn('test/fuzz', '.cpp');
const js = targetsIn('test/fuzz-js', '.mjs');
const all = [...cpp, ...js];
const chosen = positionals.length > 0 ? positionals : all;
const unknown = positionals.filter((name) => !all.includes(name));
if (unknown.length > 0 || !(Number(seconds) >= 1) || !(Number(seed) >= 0)) {
  console.error(`fuzz: targets are ${all.join(', ')}; --seconds is 1 or more, --seed 0 or more`);
  process.exit(2);
}
if (input !== undefined && (positionals.length !== 1 || !existsSync(input))) {
  console.error('fuzz: --input must be an existing file, and needs one target');
  process.exit(2);
}
if (process.platform !== 'linux') {
  console.log('fuzz: skipped, the targets run on Linux only');
  process.exit(0);
}

if (chosen.some((name) => cpp.includes(name))) {
  must(process.execPath, ['tools/build-native.mjs', 'fuzz']);
}
const parts = chosen.some((name) => js.includes(name)) ? buildParts() : '';
for (const name of chosen) await (cpp.includes(name) ? fuzzCpp(name) : fuzzJs(name));

function targetsIn(folder, extension) {
  const ending = `_fuzz${extension}`;
  const names = listFiles([folder], [extension])
    .filter((file) => file.endsWith(ending))
    .map((file) => path.basename(file, ending));
  if (names.length === 0) throw new Error(`fuzz: no targets in ${folder}`);
  return names;
}

/** Bundles the functions that the JavaScript targets call. */
function buildParts() {
  must(process.execPath, ['tools/build-native.mjs', 'release']);
  const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const outfile = inRoot('build/fuzz/parts.cjs');
  buildSync({
    absWorkingDir: inRoot(),
    entryPoints: ['test/fuzz-js/parts.mjs'],
    outfile,
    bundle: true,
    external: ['escher-execution-engine-*'],
    define: { PACKAGE_VERSION: JSON.stringify(version) },
    platform: 'node',
    format: 'cjs',
    tsconfig: 'tsconfig.lib.json',
    logLevel: 'warning',
  });
  return outfile;
}

function workOf(name) {
  const work = inRoot('build/fuzz/work', name);
  mkdirSync(work, { recursive: true });
  return work;
}

async function fuzzCpp(name) {
  const work = workOf(name);
  const program = inRoot('build/fuzz', `${name}_fuzz`);
  const { code, output } = await capture(program, [
    `-max_total_time=${seconds}`,
    `-seed=${seed}`,
    '-max_len=400',
    '-print_final_stats=1',
    `-artifact_prefix=${work}/`,
    ...(input === undefined ? [work, inRoot('test/fuzz/corpus', name)] : [path.resolve(input)]),
  ]);
  const runs = Number(/stat::number_of_executed_units:\s*(\d+)/.exec(output)?.[1] ?? 0);
  if (code === 0 && (runs > 0 || input !== undefined)) {
    console.log(`fuzz: ${name}: ${runs} inputs in ${seconds} s, seed ${seed}, nothing found`);
    return;
  }
  console.error(output.split('\n').slice(-60).join('\n'));
  console.error(`fuzz: ${name}: failed after ${runs} inputs, seed ${seed} (exit code ${code})`);
  process.exitCode = 1;
}

async function fuzzJs(name) {
  const { code, output } = await capture(
    process.execPath,
    [
      'test/fuzz-js/main.mjs',
      name,
      `--parts=${parts}`,
      `--seconds=${seconds}`,
      `--seed=${seed}`,
      `--work=${workOf(name)}`,
      ...(input === undefined ? [] : [`--input=${path.resolve(input)}`]),
    ],
    { env: { ...process.env, ESCHER_EXECUTION_ENGINE_BINARY: ADDON } },
  );
  if (code === 0) {
    console.log(`fuzz: ${output.trim()}`);
    return;
  }
  console.error(output);
  console.error(`fuzz: ${name}: failed, seed ${seed} (exit code ${code})`);
  process.exitCode = 1;
}
