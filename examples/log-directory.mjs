// One log file per command, with the time and the stream of each line.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ExecutionEngine } from 'escher-execution-engine';

const logDir = await mkdtemp(path.join(os.tmpdir(), 'example-'));
const engine = new ExecutionEngine({ logDir });

try {
  const result = await engine.run({
    command: { type: 'shell', command: 'echo "to stdout"; echo "to stderr" >&2' },
  });
  const log = await readFile(result.logFile, 'utf8');
  console.log(log.trimEnd());
  assert.equal(result.logError, null);
  assert.match(log, /stdout.*to stdout/);
  assert.match(log, /stderr.*to stderr/);
} finally {
  await rm(logDir, { recursive: true });
}
