// Builds and runs the fuzz targets: node tools/fuzz.mjs [--seconds N] [target ...]
//
// Each target runs over its committed corpus (test/fuzz/corpus/<name>) and then goes on from there for N seconds, 10 by
// default. What it finds lands in build/fuzz/work/<name>: inputs worth keeping, and crash-* files, which end the run.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { listFiles } from './lib/files.mjs';
import { inRoot } from './lib/paths.mjs';
import { capture, must } from './lib/run.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '10' } },
});
const all = listFiles(['test/fuzz'], ['.cpp']).map((file) => path.basename(file, '_fuzz.cpp'));
if (all.length === 0) throw new Error('fuzz: no targets in test/fuzz');
const unknown = positionals.filter((name) => !all.includes(name));
if (unknown.length > 0 || !(Number(values.seconds) >= 1)) {
  console.error(`fuzz: targets are ${all.join(', ')}; --seconds is 1 or more`);
  process.exit(2);
}
if (process.platform !== 'linux') {
  console.log('fuzz: skipped, it has been run on Linux only');
  process.exit(0);
}

must(process.execPath, ['tools/build-native.mjs', 'fuzz']);
for (const name of positionals.length > 0 ? positionals : all) await fuzz(name);

async function fuzz(name) {
  const work = inRoot('build/fuzz/work', name);
  mkdirSync(work, { recursive: true });
  const { code, output } = await capture(inRoot('build/fuzz', `${name}_fuzz`), [
    `-max_total_time=${values.seconds}`,
    '-max_len=400',
    '-print_final_stats=1',
    `-artifact_prefix=${work}/`,
    work,
    inRoot('test/fuzz/corpus', name),
  ]);
  const runs = Number(/stat::number_of_executed_units:\s*(\d+)/.exec(output)?.[1] ?? 0);
  if (code === 0 && runs > 0) {
    console.log(`fuzz: ${name}: ${runs} inputs in ${values.seconds} s, nothing found`);
    return;
  }
  console.error(output.split('\n').slice(-60).join('\n'));
  console.error(`fuzz: ${name}: failed after ${runs} inputs (exit code ${code})`);
  process.exitCode = 1;
}
