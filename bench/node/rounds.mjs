// Runs everything, round by round. In a round every contender of every workload has its turn, one after the other and
// each in a process of its own; who begins moves on from round to round, so that a busy moment hits all alike.
import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runFloor } from './floor.mjs';
import { medians } from './statistics.mjs';
import { workloads } from './suite.mjs';

const SCRIPT = fileURLToPath(new URL('one-run.mjs', import.meta.url));

/** What hangs ends the benchmark: this is many times as long as a run should take. */
const limitsOf = ({ once = false }) => ({
  timeout: once ? 600_000 : 120_000,
  killSignal: 'SIGKILL',
});

/**
 * `selected`: names of workloads; `form`: `full` or `smoke`. A round is begun if it fits into the `minutes` that are
 * given, by the length of the longest before. `results` is { workload: { contender: [the numbers of each round] } }.
 */
export function runRounds({ selected, form, rounds, minutes, inputs, floor, progress }) {
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
      if (workload.once && round > 0) continue;
      progress(`round ${round + 1} of ${rounds}: ${name}`);
      const began = elapsed();
      runWorkload({ name, workload, form, round, inputs, floor }, results[name]);
      if (workload.once) extra += elapsed() - began;
    }
    longest = Math.max(longest, elapsed() - before - extra);
  }
  return { results, rounds: round };
}

function runWorkload(job, results) {
  const { workload, form, round, inputs, floor } = job;
  const runs = Object.keys(workload.contenders).map((name) => [
    name,
    () => runContender(job, name),
  ]);
  const size = workload[form];
  for (const [name, floorOf] of Object.entries(floor ? (workload.floors ?? {}) : {})) {
    runs.push([name, () => runFloor(floor, floorOf(size, inputs), limitsOf(workload))]);
  }
  for (const [index] of runs.entries()) {
    const [name, run] = runs[(index + round) % runs.length];
    results[name] ??= [];
    results[name].push(...[named(`${job.name} by ${name}`, run)].flat());
  }
}

function named(what, run) {
  try {
    return run();
  } catch (error) {
    // What the process itself said is on the terminal already; the message would repeat its whole command line.
    const { status, signal, message } = error;
    const why = signal ? `ended by ${signal}` : status ? `exit code ${status}` : message;
    throw new Error(`${what}: ${why}`, { cause: error });
  }
}

/** The median of several processes where one process is one sample. */
function runContender({ name, workload, form, inputs }, contender) {
  const { processes = 1 } = workload[form];
  const args = ['--expose-gc', SCRIPT, name, contender, form, JSON.stringify(inputs)];
  const runs = Array.from({ length: processes }, () => {
    const output = execFileSync(process.execPath, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      ...limitsOf(workload),
    });
    return JSON.parse(output);
  });
  return runs.length === 1 ? runs[0] : medians(runs);
}
