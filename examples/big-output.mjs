// Large output: the first 64 KiB are kept in the result, the whole stream is written to a file.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { ExecutionEngine } from 'escher-execution-engine';

const engine = new ExecutionEngine({
  maxOutputSizeBytes: 64 * 1024,
  oversizedOutputStrategy: 'streamToFile',
});

const result = await engine.run({
  command: { type: 'exec', program: 'seq', args: ['1', '500000'] },
});
const { size } = await stat(result.stdoutOverflowFile);
console.log(
  `${result.stdoutBytes} bytes written, ${result.stdout.length} of them in memory, ${size} in a file`,
);

assert.equal(result.success, true);
assert.equal(result.stdoutTruncated, true);
assert.equal(size, result.stdoutBytes);
assert.ok(result.stdout.startsWith('1\n2\n3\n'));

// The file is removed with its record.
await engine.removeExecution(result.id);
await assert.rejects(stat(result.stdoutOverflowFile), { code: 'ENOENT' });
