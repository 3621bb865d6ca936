// A queue: two commands at a time, the others wait, the important ones in front.
import assert from 'node:assert/strict';
import { ExecutionEngine } from 'escher-execution-engine';

const engine = new ExecutionEngine({ maxConcurrentExecutions: 2, maxQueuedExecutions: Infinity });

const order = [];
function add(name, priority) {
  const run = engine.run({ command: { type: 'shell', command: 'sleep 0.2' }, priority });
  run.on('started', ({ pid }) => {
    order.push(name);
    console.log(`${name}: started as process ${pid}`);
  });
  return run;
}

const runs = [add('first', 0), add('second', 0), add('ordinary', 0), add('urgent', 10)];
await Promise.all(runs);
await engine.onIdle();

assert.deepEqual(order.slice(0, 2).sort(), ['first', 'second']);
assert.deepEqual(order.slice(2), ['urgent', 'ordinary']);
