// The host of some cases of suite.mjs: its argument says how it ends. It prints the numbers of its processes.
import { ExecutionEngine } from 'escher-execution-engine';

const TREE = 'setsid sh -c "echo \\$\\$; exec sleep 600" & echo $$; wait';

const engine = new ExecutionEngine();
switch (process.argv[2]) {
  case 'ends':
    await engine.run({ command: { type: 'exec', program: 'true' } });
    break;
  case 'exits':
    await start();
    process.exit(7);
    break;
  case 'is killed':
    await start();
    break;
}

/** Starts a command with a descendant in another session, and resolves when both have printed their numbers. */
function start() {
  const run = engine.run({ command: { type: 'shell', command: TREE, shell: '/bin/sh' } });
  return new Promise((resolve) => {
    let lines = 0;
    run.on('stdout', ({ line }) => {
      process.stdout.write(`${line}\n`, () => {
        lines += 1;
        if (lines === 2) resolve();
      });
    });
  });
}
