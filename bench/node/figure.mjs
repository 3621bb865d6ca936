// Kinds of figures: what is made of the runs of one workload, round by round, so that what slowed a whole round down
// cancels out. `runs` is { contender: [the numbers of each round] }. A target is a wish for the table and never a pass
// mark.

/** How many times as many per second as `base`. */
export const faster = (figure) => ({
  field: 'perSecond',
  unit: 'x',
  ...figure,
  target: figure.atLeast,
  meets: (value) => value >= figure.atLeast,
  perRound: (runs) => ratio(runs, 'engine', figure.base, figure.field ?? 'perSecond'),
});

/** How many times less of `field` than `base`. */
export const less = (figure) => ({
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

/** How much more of `field` than `base`. */
export const excess = (figure) => ({
  ...figure,
  target: figure.atMost,
  meets: (value) => value <= figure.atMost,
  perRound: (runs) =>
    runs.engine.map((run, round) => run[figure.field] - runs[figure.base][round][figure.field]),
});

const ratio = (runs, over, under, field) =>
  runs[over].map((run, round) => run[field] / runs[under][round][field]);
