// A user program that test/package/bundles.mjs puts into an `asar` archive. Only the main entry point: the reader of the archive
// does not know `exports`, as Electron does.
const { ExecutionEngine } = require('escher-execution-engine');

const engine = new ExecutionEngine();
engine.run({ command: { type: 'exec', program: 'echo', args: ['bundled'] } }).then(
  ({ stdout }) => process.stdout.write(stdout),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
