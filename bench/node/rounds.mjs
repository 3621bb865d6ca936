// Runs all workloads, round by round. In a round every contender of every workload has one turn, one after the other
// and each in its own process. The contender that starts changes from round to round, so that a busy moment affects all
// of them equally.
import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { keepBusy } from './busy.mjs';
import { medians } from './statistics.mjs';
import { workloads } from './suite.mjs';

const SCRIPT = fileURLToPath(new URL('one-run.mjs', import.meta.url));

/** Deno must not look for a newer version of itself. */
const ENVIRONMENT = { ...process.env, DENO_NO_UPDATE_CHECK: '1' };

/** A run that hangs ends the benchmark: the limit is many times as long as a run should take. */
const limitsOf = ({ rounds }) => ({
  timeout: rounds === 1 ? 600_000 : 300_000,
  killSignal: 'SIGKILL',
});

/**
 * `selected`: names of workloads; `form`: `full` or `smoke`. A round is started if it fits into the given `minutes`,
 * estimated by the longest round so far. `peers`: see peers.mjs. `results` is { workload: { contender: [the numbers of each round] } }.
 */
export function runRounds({ selected, form, rounds, minutes, inputs, peers, progress }) {
  const results = Object.fromEntries(selected.map((name) => [name, {}]));
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 60_000;
  let longest = 0;
  let round = 0;
  for (; round < rounds && (round === 0 || elapsed() + longest <= minutes); round += 1) {
    let extra = 0;
    const before = elapsed();
    for (const name of selected) {
      const workload = workloads[name];
      if (round >= (workload.rounds ?? rounds)) continue;
      progress(`round ${round + 1} of ${rounds}: ${name}`);
      const began = elapsed();
      runWorkload({ name, workload, form, round, inputs, peers }, results[name]);
      if (round + 1 === workload.rounds) extra += elapsed() - began;
    }
    longest = Math.max(longest, elapsed() - before - extra);
  }
  return { results, rounds: round };
}

function runWorkload(job, results) {
  const { workload, round, peers } = job;
  const runs = [
    ...Object.keys(workload.contenders)
      .filter((name) => peers[runtimeOf(name)])
      .map((name) => [name, () => runContender(job, name)]),
    ...Object.entries(workload.programs ?? {})
      .filter(([, { peer }]) => peers[peer])
      .map(([name, program]) => [name, () => runProgram(job, program)]),
  ];
  const stop = workload.busy ? keepBusy() : () => {};
  try {
    for (const [index] of runs.entries()) {
      const [name, run] = runs[(index + round) % runs.length];
      results[name] ??= [];
      results[name].push(...[named(`${job.name} by ${name}`, run)].flat());
    }
  } finally {
    stop();
  }
}

function named(what, run) {
  try {
    return run();
  } catch (error) {
    // The output of the process is on the terminal already; its message would repeat the whole command line.
    const { status, signal, message } = error;
    const why = signal ? `ended by ${signal}` : status ? `exit code ${status}` : message;
    throw new Error(`${what}: ${why}`, { cause: error });
  }
}

/** Contenders run in Node.js, except those that are runtimes of their own. */
const runtimeOf = (contender) => (['Bun', 'Deno'].includes(contender) ? contender : 'Node.js');

/** The median of several processes, for workloads where a process gives one sample. */
function runContender({ name, workload, form, inputs, peers }, contender) {
  const { processes = 1 } = workload[form];
  const command = [...peers[runtimeOf(contender)].command, SCRIPT];
  const args = [name, contender, form, JSON.stringify(inputs)];
  const runs = Array.from({ length: processes }, () => outputOf([...command, ...args], workload));
  return runs.length === 1 ? runs[0] : medians(runs);
}

/** A program counts its own work; counts that equal the request prove that the work was done. */
function runProgram({ workload, form, inputs, peers }, { peer, args, numbers }) {
  const size = workload[form];
  return numbers(
    outputOf([...peers[peer].command, ...args(size, inputs).map(String)], workload),
    size,
    inputs,
  );
}

function outputOf([program, ...args], workload) {
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: ENVIRONMENT };
  return JSON.parse(execFileSync(program, args, { ...options, ...limitsOf(workload) }));
}
