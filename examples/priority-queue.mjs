// A queue: two commands at a time, higher priorities first.
import assert from 'node:assert/strict';
import { ExecutionEngine } from 'escher-execution-engine';

const engine = new ExecutionEngine({ maxConcurrentExecutions: 2, maxQueuedExecutions: Infinity });

const order = [];
function add(name, priority, seconds = 0.2) {
  const run = engine.run({ command: { type: 'shell', command: `sleep ${seconds}` }, priority });
  run.on('started', ({ pid }) => {
    order.push(name);
    console.log(`${name}: started as process ${pid}`);
  });
  return run;
}

// Different run times: the order of events is guaranteed within an execution, not between two.
const runs = [add('first', 0), add('second', 0, 0.7), add('ordinary', 0), add('urgent', 10)];
await Promise.all(runs);
await engine.onIdle();

assert.deepEqual(order.slice(0, 2).sort(), ['first', 'second']);
assert.deepEqual(order.slice(2), ['urgent', 'ordinary']);
