// Lines while the command runs, by async iteration. Events work in the same way: each line once, in order.
import assert from 'node:assert/strict';
import { ExecutionEngine } from 'escher-execution-engine';

const engine = new ExecutionEngine();

const run = engine.run({
  command: {
    type: 'shell',
    command: 'for i in 1 2 3; do echo "step $i"; sleep 0.1; done; echo "all done" >&2',
  },
});
run.on('started', ({ pid }) => console.log(`started as process ${pid}`));

const seen = [];
for await (const { stream, line } of run) {
  console.log(`${stream}: ${line}`);
  seen.push(line);
}

const { exitCode } = await run;
assert.equal(exitCode, 0);
assert.deepEqual(seen, ['step 1', 'step 2', 'step 3', 'all done']);
