// An AbortSignal cancels a command with its whole process tree, as it cancels a fetch().
import assert from 'node:assert/strict';
import { ExecutionEngine } from 'escher-execution-engine';

const engine = new ExecutionEngine({ killSignal: 'SIGTERM', forceKillAfterDelayMs: 1000 });

const result = await engine.run(
  { command: { type: 'shell', command: 'sleep 60 & sleep 60 & echo "three processes"; wait' } },
  { signal: AbortSignal.timeout(300) },
);

console.log(
  `${result.status} after ${Math.round(result.durationMs)} ms, ended by ${result.signal}`,
);
assert.equal(result.status, 'cancelled');
assert.equal(result.stdout, 'three processes\n');
assert.ok(result.durationMs < 10_000);
