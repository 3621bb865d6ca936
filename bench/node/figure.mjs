// Kinds of figures. Each is computed from the runs of one workload, round by round, so that what slows a whole round
// down cancels out. `runs` is { contender: [the numbers of each round] }. A target is a goal that the table shows;
// missing it never fails a run.

/** The rate per second, divided by that of `base`. */
export const faster = (figure) => ({
  field: 'perSecond',
  unit: 'x',
  ...figure,
  target: figure.atLeast,
  meets: (value) => value >= figure.atLeast,
  perRound: (runs) => ratio(runs, 'engine', figure.base, figure.field ?? 'perSecond'),
});

/** `field` of `base`, divided by that of the engine. */
export const less = (figure) => ({
  smaller: true,
  unit: 'x less',
  ...figure,
  target: figure.atLeast,
  meets: (value) => value >= figure.atLeast,
  perRound: (runs) => ratio(runs, figure.base, 'engine', figure.field),
});

/** The number itself. */
export const value = (figure) => ({
  ...figure,
  target: figure.atMost,
  meets: (value) => value <= figure.atMost,
  perRound: (runs) => runs.engine.map((run) => run[figure.field]),
});

/** `field` of the engine minus that of `base`. */
export const excess = (figure) => ({
  smaller: true,
  ...figure,
  target: figure.atMost,
  meets: (value) => value <= figure.atMost,
  perRound: (runs) =>
    runs.engine.map((run, round) => run[figure.field] - runs[figure.base][round][figure.field]),
});

const ratio = (runs, over, under, field) =>
  runs[over].map((run, round) => run[field] / runs[under][round][field]);
