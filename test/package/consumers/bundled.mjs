// A user's program that is put into one file by a bundler; tools/package-test/bundles.mjs does so.
import { ExecutionEngine } from 'escher-execution-engine';

const engine = new ExecutionEngine();
engine.run({ command: { type: 'exec', program: 'echo', args: ['bundled'] } }).then(
  ({ stdout }) => process.stdout.write(stdout),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
