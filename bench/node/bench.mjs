// npm run bench: the package beside child_process, readline, a hand-written split, execa, tinyexec, and beside the bare
// system calls. Prints one table and writes bench/results. See bench/README.md for how it measures and how to read it.
import process from 'node:process';
import { buildFloor } from './floor.mjs';
import { writeInputs } from './inputs.mjs';
import { readOptions } from './options.mjs';
import { machine, writeResults } from './results.mjs';
import { runRounds } from './rounds.mjs';
import { rowsOf } from './rows.mjs';
import { table } from './table.mjs';

const options = readOptions();
const { form } = options;
const { inputs, remove } = writeInputs(form);
try {
  const { results, rounds } = runRounds({
    selected: options.selected,
    form,
    rounds: options.rounds,
    minutes: options.minutes,
    inputs,
    floor: options.floor ?? buildFloor(),
    progress,
  });
  report(rowsOf(results, form === 'full'), rounds);
} catch (error) {
  endProgress();
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
} finally {
  remove();
}

function report(rows, rounds) {
  endProgress();
  const about = machine();
  console.log(
    `${about.date}, Node.js ${about.node}, ${about.cpus} x ${about.cpu}, ${about.kernel}; rounds: ${rounds}`,
  );
  if (form === 'smoke')
    console.log('A smoke run: its sizes are too small for its numbers to mean anything.');
  console.log(table(rows));
  if (options.out === undefined) return;
  writeResults(options.out, { ...about, sizes: form, rounds }, rows);
}

/** One line that is written over, on a terminal only. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function endProgress() {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}
