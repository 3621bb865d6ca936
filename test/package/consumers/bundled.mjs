// A user program that test/package/bundles.mjs bundles into one file.
import { ExecutionEngine, ExecutionError } from 'escher-execution-engine';
import { errorFromWire } from 'escher-execution-engine/bridge';

const error = errorFromWire({ code: 'ERR_IO', message: 'x', name: 'ExecutionError' });
if (!(error instanceof ExecutionError))
  throw new Error('the entry points have classes of their own');

const engine = new ExecutionEngine();
engine.run({ command: { type: 'exec', program: 'echo', args: ['bundled'] } }).then(
  ({ stdout }) => process.stdout.write(stdout),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
