// The shortest program: run a command and print its result.
import assert from 'node:assert/strict';
import { ExecutionEngine } from 'escher-execution-engine';

const engine = new ExecutionEngine();

const result = await engine.run({ command: { type: 'exec', program: 'uname', args: ['-s'] } });
console.log(`${result.command} -> exit ${result.exitCode} in ${result.durationMs.toFixed(1)} ms`);
console.log(result.stdout.trimEnd());

assert.equal(result.success, true);
