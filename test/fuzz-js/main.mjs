// Runs one fuzz target: node test/fuzz-js/main.mjs <target> --parts FILE [--seconds N] [--seed N] [--work DIR] [--input FILE]
//
// It runs the corpus, then mutations of it for N seconds. An exception or an unhandled rejection is a finding: the input
// is written to DIR, the run stops, and the exit code is 1. An input that takes too long is written to the file "hang".
// The same seed creates the same inputs. With --input, only that file is run.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { mutated } from './mutate.mjs';
import { Random, seedOf } from './random.mjs';
import { requireNoPollution } from './require.mjs';
import { startWatchdog } from './watchdog.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parts: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    work: { type: 'string', default: '.' },
    input: { type: 'string' },
  },
});
const [name] = positionals;
const seed = Number(values.seed);

let escaped;
let current;
let isDone = false;
process.on('uncaughtException', (error) => {
  escaped ??= error;
});
// Nothing keeps the process alive, so pending promises can never settle.
process.on('exit', () => {
  if (!isDone) found(current, new Error('does not hold: all pending promises settle'));
});

const { begin, corpus = name } = await import(
  pathToFileURL(path.join(here, `${name}_fuzz.mjs`)).href
);
const target = begin(createRequire(import.meta.url)(path.resolve(values.parts)));
mkdirSync(values.work, { recursive: true });
const startInput = startWatchdog(path.join(values.work, 'hang'));
process.exitCode = (await run()) ? 0 : 1;
isDone = true;

async function run() {
  if (values.input !== undefined) return await holds(readFileSync(values.input));
  const folder = path.join(here, '../fuzz/corpus', corpus);
  const known = readdirSync(folder)
    .sort()
    .map((file) => readFileSync(path.join(folder, file)));
  const random = new Random(seed);
  const end = performance.now() + Number(values.seconds) * 1000;
  let inputs = 0;
  for (const input of known) {
    inputs++;
    if (!(await holds(input))) return false;
  }
  while (performance.now() < end) {
    inputs++;
    if (!(await holds(mutated(random.pick(known), known, random)))) return false;
  }
  console.log(`${name}: ${inputs} inputs in ${values.seconds} s, seed ${seed}, nothing found`);
  return true;
}

async function holds(input) {
  try {
    current = input;
    startInput(input);
    await target.check(input);
    // An exception after the last promise is thrown before the next turn of the event loop.
    if (target.waits) await new Promise(setImmediate);
    if (escaped !== undefined) throw escaped;
    requireNoPollution();
    return true;
  } catch (error) {
    found(input, error);
    return false;
  }
}

function found(input, error) {
  const file = path.join(values.work, `crash-${seedOf(input).toString(16).padStart(8, '0')}`);
  writeFileSync(file, input);
  console.error(error.stack);
  console.error(`${name}: seed ${seed}; the input, ${input.length} bytes, is in ${file}`);
  console.error(`${name}: again by: node tools/fuzz.mjs ${name} --input ${file}`);
}
