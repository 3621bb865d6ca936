// The thread of a case of suite.mjs.
import { parentPort } from 'node:worker_threads';
import { ExecutionEngine } from 'escher-execution-engine';

const engine = new ExecutionEngine();
const { stdout } = await engine.run({
  command: { type: 'exec', program: 'echo', args: ['from a worker'] },
});
await engine.shutdown();
parentPort.postMessage({ stdout });
