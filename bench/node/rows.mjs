// Turns the numbers of all runs into table rows, one for each figure.
import { fastestOf } from './comparisons.mjs';
import { notes } from './notes.mjs';
import { summary } from './statistics.mjs';
import { figures } from './suite.mjs';

/**
 * One row for each figure that has runs. `judged`: the run used the sizes that the targets apply to. `met` is `null`
 * without a target.
 */
export function rowsOf(results, judged) {
  const measured = ({ workload, base }) =>
    results[workload] !== undefined && (base === undefined || results[workload][base]);
  return figures.filter(measured).map((figure) => rowOf(figure, results[figure.workload], judged));
}

function rowOf(figure, runs, judged) {
  const { id, title, unit, base, field, per, meets, smaller = false } = figure;
  const target = judged ? figure.target : undefined;
  const perRound = figure.perRound(runs);
  const all = summary(perRound);
  const contenders = Object.fromEntries(
    Object.entries(runs)
      .filter(([, rounds]) => rounds[0][field] !== undefined)
      .map(([name, rounds]) => [name, summary(rounds.map((run) => run[field]))]),
  );
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
    fastest: base === undefined ? null : fastestOf(contenders, smaller),
    note: met === false ? (notes[id] ?? null) : null,
    measured: { unit: per ?? unit, contenders },
  };
}
