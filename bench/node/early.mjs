// The first 100, 1000 and 10 000 launches of a process, 32 at a time, without a warm-up: a runtime compiles the code of
// a launch while it runs, so the first ones cost more than the later ones.
import { value } from './figure.mjs';
import { bareCalls, numbersOf, RUNTIMES, tokio } from './launch.mjs';
import { launchers, launchMany } from './launchers.mjs';
import { cost } from './probe.mjs';

const CONCURRENCY = 32;

/** The costs of launches that follow each other, as one cost. */
const together = (costs) =>
  costs.reduce((sum, { amount, seconds, cpuSeconds, threads }) => ({
    amount: sum.amount + amount,
    seconds: sum.seconds + seconds,
    cpuSeconds: sum.cpuSeconds + cpuSeconds,
    threads: Object.fromEntries(
      Object.entries(threads).map(([name, spent]) => [name, spent + (sum.threads[name] ?? 0)]),
    ),
  }));

/** `costs` are those of the executions 1 to 100, 101 to 1000, 1001 to 2000, and 2001 to 10 000. */
function numbersOfAll(costs) {
  const first = (windows) => numbersOf(together(costs.slice(0, windows)));
  const [hundred, thousand, two, ten] = [1, 2, 3, 4].map(first);
  const late = numbersOf(costs[3]);
  return {
    perSecond100: hundred.perSecond,
    perSecond1000: thousand.perSecond,
    perSecond10000: ten.perSecond,
    cpuUs100: hundred.cpuUs,
    cpuUs1000: thousand.cpuUs,
    cpuUs10000: ten.cpuUs,
    cpuUs2000: two.cpuUs,
    cpuUsLate: late.cpuUs,
    threadUs2000: two.threadUs,
    threadUsLate: late.threadUs,
    mainUs2000: two.threadUs.main,
    mainUsLate: late.threadUs.main,
  };
}

const launching =
  (name) =>
  async ({ windows }) => {
    const launch = await launchers[name]();
    const costs = [];
    for (const amount of windows) {
      costs.push({ ...(await cost(() => launchMany(launch, amount, CONCURRENCY))), amount });
    }
    return numbersOfAll(costs);
  };

const counted = (program) => ({
  ...program,
  args: ({ windows }) => [...program.mode(CONCURRENCY, 0), ...windows],
  numbers: numbersOfAll,
});

export const workloads = {
  'launch-early': {
    full: { windows: [100, 900, 1000, 8000] },
    smoke: { windows: [10, 20, 30, 100] },
    contenders: Object.fromEntries(RUNTIMES.map((name) => [name, launching(name)])),
    programs: { tokio: counted(tokio), 'bare calls': counted(bareCalls(2)) },
  },
};

const early = { workload: 'launch-early' };
const spans = { 100: 'the first 100', 1000: 'the first 1000', 10000: 'the first 10 000' };

export const comparisons = Object.entries(spans).flatMap(([count, title]) => [
  { ...early, title, table: 'launches of a new process per second', field: `perSecond${count}` },
  {
    ...early,
    title,
    table: 'CPU of a new host for one launch, us',
    field: `cpuUs${count}`,
    less: true,
  },
]);

export const threads = [
  { ...early, title: '1 to 2000 of a process', field: 'threadUs2000', all: 'cpuUs2000' },
  { ...early, title: '2001 to 10 000 of a process', field: 'threadUsLate', all: 'cpuUsLate' },
];

const main = { ...early, unit: 'us' };

export const figures = [
  value({
    ...main,
    id: 'launch-js-2000',
    field: 'mainUs2000',
    title: 'CPU of the JavaScript thread, launches 1 to 2000',
    atMost: 60,
  }),
  value({
    ...main,
    id: 'launch-js-late',
    field: 'mainUsLate',
    title: 'CPU of the JavaScript thread, launches 2001 to 10 000',
    atMost: 35,
  }),
];
