// What a run costs its own process: time, CPU, memory, and how long the event loop stood still.
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import process from 'node:process';

/** Does the work and resolves with what it cost. CPU is that of this process with all its threads. */
export async function measured(work) {
  const loop = watchLoop();
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6, stallMs: loop.stop(), peakMb: peakMb() };
}

/**
 * Watches for the longest time between two turns of the event loop, with a timer of 1 ms. A loop that stands still for
 * most of the run gives the histogram of Node few samples, and none of the first and the last stall, so this has its own
 * clock beside it and takes the longer of the two.
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
 * The largest resident size so far, in MiB. On Linux that of this very program: `ru_maxrss` has the size of whoever
 * launched it in it.
 */
function peakMb() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1024;
  return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
}

/** Resident bytes, after everything unreachable has been collected. */
export async function settledMemory() {
  for (let pass = 0; pass < 3; pass += 1) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage.rss();
}

/** Memory in use as a large application has it: every page of it was written to. */
export const touchedMemory = (mebibytes) => Buffer.alloc(mebibytes * 1024 * 1024, 1);
