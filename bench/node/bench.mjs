// npm run bench: compares the package with child_process, readline, a hand-written split, execa, tinyexec, and the bare
// system calls. Prints one table and writes bench/results. bench/README.md describes the method and the table.
import process from 'node:process';
import { comparisonsOf } from './comparisons.mjs';
import { writeInputs } from './inputs.mjs';
import { readOptions } from './options.mjs';
import { findPeers } from './peers.mjs';
import { machine, writeResults } from './results.mjs';
import { runRounds } from './rounds.mjs';
import { rowsOf } from './rows.mjs';
import { comparisonTables, table, threadTable } from './table.mjs';
import { threadsOf } from './threads.mjs';

const options = readOptions();
const { form } = options;
const peers = findPeers({ install: form === 'full', floor: options.floor });
const { inputs, remove } = writeInputs(form);
try {
  const { results, rounds } = runRounds({
    selected: options.selected,
    form,
    rounds: options.rounds,
    minutes: options.minutes,
    inputs,
    peers: peers.programs,
    progress,
  });
  const tables = { comparisons: comparisonsOf(results), threads: threadsOf(results) };
  report(rowsOf(results, form === 'full'), tables, rounds);
} catch (error) {
  endProgress();
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
} finally {
  remove();
}

function report(rows, tables, rounds) {
  endProgress();
  const about = machine();
  console.log(
    `${about.date}, Node.js ${about.node}, ${about.cpus} x ${about.cpu}, ${about.kernel}; rounds: ${rounds}`,
  );
  if (form === 'smoke') console.log('A smoke run: its sizes are too small for meaningful numbers.');
  console.log(table(rows));
  console.log(comparisonTables(tables.comparisons));
  console.log(threadTable(tables.threads));
  for (const [name, why] of Object.entries(peers.missing)) {
    console.log(`not measured: ${name} (${why})`);
  }
  if (options.out === undefined) return;
  const versions = Object.entries(peers.programs).map(([name, { version }]) => [name, version]);
  const run = { sizes: form, rounds, peers: Object.fromEntries(versions), missing: peers.missing };
  writeResults(options.out, { ...about, ...run }, rows, tables);
}

/** One line, overwritten by the next; on a terminal only. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function endProgress() {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}
