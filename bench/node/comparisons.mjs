// All contenders of a workload side by side, and which of them is best. A comparison is
// { table, title, workload, field, less? }; with `less`, the smaller number is the better one. Comparisons of the same
// `table` are printed together.
import { summary } from './statistics.mjs';
import { comparisons } from './suite.mjs';

/** The order of columns. Other contenders follow. */
const ORDER = ['engine', 'Bun', 'Deno', 'tokio', 'child_process'];

/** The bare system calls are the bound of every contender, and do no work that a caller could use. */
const isBound = (name) => name.startsWith('bare ');

/**
 * One row for each comparison that has runs. `contenders` is { name: { median, min, max, factor } }; the factor is the
 * median over the rounds of how many times as good the engine was in the same round. `fastest` is not a bound;
 * `bounded` says that a bound is better.
 */
export function comparisonsOf(results) {
  return comparisons
    .filter(({ workload }) => results[workload]?.engine)
    .map((comparison) => comparisonOf(comparison, results[comparison.workload]));
}

function comparisonOf({ table, title, workload, field, less = false }, runs) {
  const names = Object.keys(runs).sort((a, b) => place(a) - place(b));
  const contenders = Object.fromEntries(
    names.map((name) => {
      const values = runs[name].map((run) => run[field]);
      const factors = values.map((value, round) => {
        const own = runs.engine[round][field];
        return less ? value / own : own / value;
      });
      return [name, { ...summary(values), factor: summary(factors).median }];
    }),
  );
  return { table, title, workload, field, less, contenders, fastest: fastestOf(contenders, less) };
}

const place = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

/** The name of the contender with the best median, without the bounds. */
export function fastestOf(contenders, less) {
  const [first, ...others] = Object.entries(contenders).filter(([name]) => !isBound(name));
  const better = (a, b) => (less ? a.median < b.median : a.median > b.median);
  return others.reduce((best, one) => (better(one[1], best[1]) ? one : best), first)[0];
}
