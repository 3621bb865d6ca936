// How many commands a second, one at a time and 32 at a time, in a small process and in one with 1 GiB in use.
import { faster, less } from './figure.mjs';
import { launchers, launchMany } from './launchers.mjs';
import { measured, touchedMemory } from './probe.mjs';

/** A contender that launches; `heapMb` more are in use meanwhile. */
function launching(name, concurrency) {
  return async ({ counts, count, warmUp, heapMb = 0 }) => {
    const launch = await launchers[name]();
    // What is loaded late and compiled late is not what is measured.
    await launchMany(launch, warmUp, concurrency);
    const heap = touchedMemory(heapMb);
    const amount = counts?.[name] ?? count;
    const cost = await measured(() => launchMany(launch, amount, concurrency));
    return {
      ...cost,
      perSecond: amount / cost.seconds,
      cpuMsPer1000: (cost.cpuSeconds * 1e6) / amount,
      // Read here, so that it is there until now.
      heapMb: heap.length / 2 ** 20,
    };
  };
}

const all = (names, concurrency) =>
  Object.fromEntries(names.map((name) => [name, launching(name, concurrency)]));
const ALL = ['engine', 'child_process', 'execa', 'tinyexec'];

export const workloads = {
  'launch-1': {
    full: { count: 400, warmUp: 100 },
    smoke: { count: 10, warmUp: 2 },
    contenders: all(ALL, 1),
    floors: { 'bare calls': ({ count }) => ({ amount: count, args: ['spawn', count, 1] }) },
  },
  'launch-32': {
    full: { count: 1000, warmUp: 100 },
    smoke: { count: 64, warmUp: 8 },
    contenders: all(ALL, 32),
    floors: {
      'bare calls': ({ count }) => ({ amount: count, args: ['spawn', count, 32, 1] }),
      'bare calls, 2 threads': ({ count }) => ({ amount: count, args: ['spawn', count, 32, 2] }),
    },
  },
  // With 1 GiB in use, child_process needs half a minute for what the engine does in half a second.
  'launch-heap': {
    full: { counts: { engine: 1000, child_process: 64 }, warmUp: 100, heapMb: 1024 },
    smoke: { counts: { engine: 64, child_process: 32 }, warmUp: 8, heapMb: 64 },
    contenders: all(['engine', 'child_process'], 32),
  },
};

const one = { workload: 'launch-1', title: '/bin/true, one at a time', per: 'exec/s' };
const many = { workload: 'launch-32', title: '/bin/true, 32 at a time', per: 'exec/s' };
const heap = { workload: 'launch-heap', base: 'child_process' };

export const figures = [
  faster({ ...one, id: 'launch-1', base: 'child_process', atLeast: 2.2 }),
  faster({ ...one, id: 'launch-1-execa', base: 'execa' }),
  faster({ ...one, id: 'launch-1-tinyexec', base: 'tinyexec' }),
  faster({ ...one, id: 'launch-1-floor', base: 'bare calls' }),
  faster({ ...many, id: 'launch-32', base: 'child_process', atLeast: 3.6 }),
  faster({ ...many, id: 'launch-32-execa', base: 'execa', atLeast: 8 }),
  faster({ ...many, id: 'launch-32-tinyexec', base: 'tinyexec' }),
  faster({ ...many, id: 'launch-32-floor', base: 'bare calls', atLeast: 0.85 }),
  faster({ ...many, id: 'launch-32-floor-2', base: 'bare calls, 2 threads', atLeast: 0.85 }),
  less({
    ...many,
    id: 'launch-cpu',
    title: 'CPU of the host for 1000, 32 at a time',
    per: 'ms',
    field: 'cpuMsPer1000',
    base: 'child_process',
    atLeast: 6,
  }),
  faster({
    ...heap,
    id: 'launch-heap',
    title: '/bin/true, 32 at a time, 1 GiB in use',
    per: 'exec/s',
    atLeast: 60,
  }),
  less({
    ...heap,
    id: 'launch-heap-stall',
    title: 'longest stall of the event loop, 1 GiB in use',
    per: 'ms',
    field: 'stallMs',
    atLeast: 200,
  }),
];
