// From the numbers of all runs to what is told of them: one row for each figure.
import { notes } from './notes.mjs';
import { summary } from './statistics.mjs';
import { figures } from './suite.mjs';

/**
 * Of the figures whose runs are there. `judged`: the sizes were those that the targets are for. `met` is `null` where
 * there is no target.
 */
export function rowsOf(results, judged) {
  const measured = ({ workload, base }) =>
    results[workload] !== undefined && (base === undefined || results[workload][base]);
  return figures.filter(measured).map((figure) => rowOf(figure, results[figure.workload], judged));
}

function rowOf(figure, runs, judged) {
  const { id, title, unit, base, field, per, meets } = figure;
  const target = judged ? figure.target : undefined;
  const perRound = figure.perRound(runs);
  const all = summary(perRound);
  const contenders = Object.entries(runs).map(([name, rounds]) => [
    name,
    summary(rounds.map((run) => run[field])),
  ]);
  const met = target === undefined ? null : meets(all.median);
  return {
    id,
    title,
    unit,
    base: base ?? null,
    ...all,
    perRound,
    target: target === undefined ? null : { [figure.atLeast ? 'atLeast' : 'atMost']: target },
    met,
    note: met === false ? (notes[id] ?? null) : null,
    measured: { unit: per ?? unit, contenders: Object.fromEntries(contenders) },
  };
}
