// Measures what a run costs its own process: time, CPU, memory, and the longest stall of the event loop.
import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import process from 'node:process';

/** Ticks of a second in /proc: the same on every Linux. */
const TICKS = 100;

/** Runs `work` and resolves with its cost. CPU is that of this process with all its threads. */
export async function cost(work) {
  const threads = threadSeconds();
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  return { seconds, cpuSeconds, peakMb: peakMb(), threads: spentSince(threads) };
}

/** The same with the longest stall of the event loop. The timer that finds it has a cost of its own. */
export async function measured(work) {
  const loop = watchLoop();
  const found = await cost(work);
  return { ...found, stallMs: loop.stop() };
}

/**
 * CPU seconds of the living threads, by name: "main" runs the JavaScript, the helpers of the runtime have its name or
 * their own, and threads of the same name are added up. Linux; empty elsewhere.
 */
function threadSeconds() {
  const result = {};
  if (process.platform !== 'linux') return result;
  for (const id of readdirSync('/proc/self/task')) {
    const stat = readStat(id);
    const end = stat.lastIndexOf(')');
    if (end < 0) continue;
    const name = id === `${process.pid}` ? 'main' : stat.slice(stat.indexOf('(') + 1, end);
    const [user, system] = stat
      .slice(end + 2)
      .split(' ')
      .slice(11, 13);
    result[name] = (result[name] ?? 0) + (Number(user) + Number(system)) / TICKS;
  }
  return result;
}

const readStat = (id) => {
  try {
    return readFileSync(`/proc/self/task/${id}/stat`, 'latin1');
  } catch {
    return ''; // the thread has ended
  }
};

const spentSince = (before) =>
  Object.fromEntries(
    Object.entries(threadSeconds()).map(([name, now]) => [name, now - (before[name] ?? 0)]),
  );

/**
 * Measures the longest time between two turns of the event loop, with a timer of 1 ms. A loop that is blocked for most
 * of the run gives Node's histogram few samples, and none of the first and the last stall. So this also uses its own
 * clock and returns the longer of the two.
 */
export function watchLoop() {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  let longest = 0;
  let last = performance.now();
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(turn, 1);
  histogram.enable();
  return {
    stop() {
      turn();
      clearInterval(timer);
      histogram.disable();
      return Math.max(longest, histogram.max / 1e6);
    },
  };
}

/**
 * The largest resident size so far, in MiB. On Linux from `VmHWM`: `ru_maxrss` includes the size of the process that
 * launched this one.
 */
function peakMb() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1024;
  return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
}

/** Resident bytes after garbage collection. */
export async function settledMemory() {
  for (let pass = 0; pass < 3; pass += 1) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage.rss();
}

/**
 * Memory in use on the JavaScript heap, as in a large application: arrays of numbers, each page of them written. The
 * garbage collector does not look into them.
 */
export const touchedMemory = (mebibytes) =>
  Array.from({ length: mebibytes }, () => new Array(2 ** 17).fill(0.5));
