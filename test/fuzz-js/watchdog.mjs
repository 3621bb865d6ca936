// Kills the process when an input exceeds its time limit, even if the input blocks the main thread. Runs on its own
// thread.
import { writeFileSync, writeSync } from 'node:fs';
import process from 'node:process';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** Longer than any input takes, also on a slow machine. */
const HANGS_MS = 30_000;
const LONGEST = 1024 * 1024;

/** Returns a function to call at the start of each input. `file`: the path for an input that hangs. */
export function startWatchdog(file) {
  const shared = { counts: new Int32Array(new SharedArrayBuffer(8)), file };
  const bytes = new Uint8Array(new SharedArrayBuffer(LONGEST));
  new Worker(new URL(import.meta.url), { workerData: { ...shared, bytes } }).unref();
  return (input) => {
    bytes.set(input.subarray(0, LONGEST));
    shared.counts[1] = Math.min(input.length, LONGEST);
    Atomics.add(shared.counts, 0, 1);
    Atomics.notify(shared.counts, 0);
  };
}

if (!isMainThread) {
  const { counts, bytes, file } = workerData;
  for (;;) {
    const seen = Atomics.load(counts, 0);
    // A next input ends the wait. Before the first input (`seen` is 0) there is no time limit.
    if (Atomics.wait(counts, 0, seen, HANGS_MS) !== 'timed-out' || seen === 0) continue;
    writeFileSync(file, bytes.subarray(0, counts[1]));
    writeSync(2, `does not hold: no input hangs; the input is in ${file}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
}
