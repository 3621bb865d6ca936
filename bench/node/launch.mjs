// Commands per second and what they cost the host: 1 to 128 at a time, in a small process and in one with 1 GiB in use,
// on an idle machine and on one where another process keeps a core busy.
import { faster, less } from './figure.mjs';
import { launchers, launchMany } from './launchers.mjs';
import { cost, measured, touchedMemory } from './probe.mjs';

export const RUNTIMES = ['engine', 'Bun', 'Deno'];
const PEERS = ['Bun', 'Deno', 'tokio'];

/** The numbers of one contender from the cost of its launches. */
export const numbersOf = ({ amount, seconds, cpuSeconds, threads, stallMs }) => ({
  perSecond: amount / seconds,
  cpuUs: (cpuSeconds * 1e6) / amount,
  threadUs: Object.fromEntries(
    Object.entries(threads).map(([name, spent]) => [name, (spent * 1e6) / amount]),
  ),
  ...(stallMs === undefined ? {} : { stallMs }),
});

/** A JavaScript contender. The first launches load and compile code, so they are not measured. */
function launching(name) {
  return async ({ concurrency, counts, count, warmUp, heapMb = 0, stalls = false }) => {
    const launch = await launchers[name]();
    await launchMany(launch, warmUp, concurrency);
    const heap = touchedMemory(heapMb);
    const amount = counts?.[name] ?? count;
    const measure = stalls ? measured : cost;
    const found = await measure(() => launchMany(launch, amount, concurrency));
    // The heap is read here, so that it stays alive until this point.
    return { ...numbersOf({ ...found, amount }), heapMb: heap.length };
  };
}

/** Programs that are not JavaScript. `mode` are the arguments before the numbers of launches. */
export const bareCalls = (threads) => ({
  peer: 'bare calls',
  mode: (concurrency, heapMb) => ['launch', concurrency, threads, heapMb],
});

export const tokio = {
  peer: 'tokio',
  mode: (concurrency, heapMb) => ['launch', concurrency, heapMb],
};

const warmed = (program) => ({
  ...program,
  args: ({ concurrency, count, warmUp, heapMb = 0 }) => [
    ...program.mode(concurrency, heapMb),
    ...[warmUp, count],
  ],
  numbers: ([, found]) => numbersOf(found),
});

const all = (names) => Object.fromEntries(names.map((name) => [name, launching(name)]));

const programs = (concurrency) => ({
  tokio: warmed(tokio),
  'bare calls': warmed(bareCalls(concurrency > 1 ? 2 : 1)),
});

const COUNTS = { 1: 300, 8: 500, 32: 800, 128: 800 };
/** With 1 GiB in use, child_process needs half a minute for what the engine does in half a second. */
const HEAP = { heapMb: 1024, stalls: true };
/** A smoke run has one workload of each kind. */
const SMOKE = { count: 64, warmUp: 8, counts: { child_process: 32 } };

function workloadsOf(concurrency) {
  const size = { concurrency, warmUp: 100, count: COUNTS[concurrency] };
  const smoke = { ...SMOKE, concurrency };
  const common = { programs: programs(concurrency) };
  const isUsual = [1, 32].includes(concurrency);
  const isMain = concurrency === 32;
  const slow = (names) => (isUsual ? names : []);
  return {
    [`launch-${concurrency}`]: {
      ...common,
      full: size,
      smoke,
      byName: !isUsual,
      contenders: all([...RUNTIMES, 'child_process', ...slow(['execa', 'tinyexec'])]),
    },
    [`launch-${concurrency}-heap`]: {
      ...common,
      full: { ...size, ...HEAP, counts: { child_process: 64 } },
      smoke: { ...smoke, ...HEAP, heapMb: 64 },
      byName: !isMain,
      contenders: all(isMain ? [...RUNTIMES, 'child_process'] : RUNTIMES),
    },
    [`launch-${concurrency}-busy`]: {
      ...common,
      busy: true,
      full: size,
      smoke,
      byName: !isMain,
      contenders: all([...RUNTIMES, ...slow(['child_process'])]),
    },
  };
}

export const workloads = Object.assign({}, ...[1, 8, 32, 128].map(workloadsOf));

const AT_A_TIME = {
  1: 'one at a time',
  8: '8 at a time',
  32: '32 at a time',
  128: '128 at a time',
};
const STATE = { '': '', '-heap': ', 1 GiB in use', '-busy': ', one core busy' };

const rows = Object.keys(STATE).flatMap((state) =>
  Object.keys(AT_A_TIME).map((concurrency) => ({
    workload: `launch-${concurrency}${state}`,
    title: `${AT_A_TIME[concurrency]}${STATE[state]}`,
  })),
);

export const comparisons = [
  ...rows.map((row) => ({ ...row, table: 'launches of /bin/true per second', field: 'perSecond' })),
  ...rows.map((row) => ({
    ...row,
    table: 'CPU of the host for one launch, us',
    field: 'cpuUs',
    less: true,
  })),
];

export const threads = ['launch-1', 'launch-32'].map((workload) => ({
  workload,
  title: rows.find((row) => row.workload === workload).title,
  field: 'threadUs',
  all: 'cpuUs',
}));

/** Targets of the figures that compare rates. docs/performance.md has those that were withdrawn, with the reasons. */
const TARGETS = {
  1: { Bun: 1, Deno: 1.2, tokio: 1, 'bare calls': 0.75, child_process: 2.2 },
  32: { Bun: 1.1, Deno: 1.1, tokio: 1, 'bare calls': 0.85, child_process: 3.3, execa: 7 },
};

/** The ends of the ids. */
const IDS = {
  Bun: ['bun'],
  Deno: ['deno'],
  tokio: ['tokio'],
  child_process: [],
  execa: ['execa'],
  tinyexec: ['tinyexec'],
  'bare calls': ['floor'],
};

const rates = (concurrency, state, bases) =>
  bases.map((base) =>
    faster({
      id: ['launch', concurrency, ...state.split('-').slice(1), ...IDS[base]].join('-'),
      workload: `launch-${concurrency}${state}`,
      title: `/bin/true, ${AT_A_TIME[concurrency]}${STATE[state]}`,
      per: 'exec/s',
      base,
      atLeast: TARGETS[concurrency][base],
    }),
  );

const cpu = { field: 'cpuUs', per: 'us', workload: 'launch-32' };
const heap = { workload: 'launch-32-heap', base: 'child_process' };

export const figures = [
  ...rates(1, '', [...PEERS, 'bare calls', 'child_process', 'execa', 'tinyexec']),
  ...rates(32, '', [...PEERS, 'bare calls', 'child_process', 'execa', 'tinyexec']),
  ...rates(1, '-busy', [...PEERS, 'bare calls']),
  ...rates(32, '-busy', [...PEERS, 'bare calls']),
  less({
    ...cpu,
    id: 'launch-cpu-bun',
    title: 'CPU of the host, 32 at a time',
    base: 'Bun',
    atLeast: 1,
  }),
  less({
    ...cpu,
    id: 'launch-cpu',
    title: 'CPU of the host, 32 at a time',
    base: 'child_process',
    atLeast: 6,
  }),
  faster({
    ...heap,
    id: 'launch-heap',
    title: '/bin/true, 32 at a time, 1 GiB in use',
    per: 'exec/s',
    atLeast: 5,
  }),
  less({
    ...heap,
    id: 'launch-heap-stall',
    title: 'longest stall of the event loop, 1 GiB in use',
    per: 'ms',
    field: 'stallMs',
    atLeast: 15,
  }),
];
