// Runs what a row file exports in `workers`, in a worker thread; it reports as a host does.
import { parentPort, workerData } from 'node:worker_threads';

const { module, name, args } = workerData;
const { workers } = await import(module);
await workers[name](args, (what, value) => parentPort.postMessage({ name: what, value }));
