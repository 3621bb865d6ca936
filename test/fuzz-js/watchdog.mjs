// Ends the process when an input is not done with in its time, also when it holds the thread: nothing hangs. Has a thread
// of its own.
import { writeFileSync, writeSync } from 'node:fs';
import process from 'node:process';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** So long no input takes, on whatever machine. */
const HANGS_MS = 30_000;
const LONGEST = 1024 * 1024;

/** Gives a function that tells the beginning of each input. `file`: where one that hangs is written to. */
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
    // The wait ends early when there is a next input, which is what is to happen. The first one may still be prepared.
    if (Atomics.wait(counts, 0, seen, HANGS_MS) !== 'timed-out' || seen === 0) continue;
    writeFileSync(file, bytes.subarray(0, counts[1]));
    writeSync(2, `does not hold: nothing hangs; the input is in ${file}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
}
