// The CPU of the host, split by thread. An entry of the suite is { workload, title, field, all }: `field` has the
// microseconds by thread, `all` those of the whole process, with threads that have ended.
import { median } from './statistics.mjs';
import { threads } from './suite.mjs';

/** Smaller parts are noise: the kernel counts in steps of 10 ms. */
const LEAST_US = 1;

/** One row for each contender: its launches, its CPU time, and that of each thread. */
export function threadsOf(results) {
  return threads
    .filter(({ workload }) => results[workload]?.engine)
    .flatMap(({ workload, title, field, all }) =>
      Object.entries(results[workload]).map(([contender, runs]) => ({
        title,
        contender,
        allUs: median(runs.map((run) => run[all])),
        threadUs: mediansByThread(runs.map((run) => run[field])),
      })),
    );
}

function mediansByThread(runs) {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run)))];
  return Object.fromEntries(
    names
      .map((name) => [name, median(runs.map((run) => run[name] ?? 0))])
      .filter(([, spent]) => spent >= LEAST_US)
      .sort(([, a], [, b]) => b - a),
  );
}
