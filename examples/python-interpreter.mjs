// A Python script with the interpreter of a virtual environment, whose packages are available to it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExecutionEngine } from 'escher-execution-engine';

const engine = new ExecutionEngine();
const folder = await mkdtemp(path.join(os.tmpdir(), 'example-'));
const venv = path.join(folder, 'venv');

// --without-pip is fast and needs no network. For packages, run `pip install` through the engine in the same way.
const made = engine.run(
  { command: { type: 'exec', program: 'python3', args: ['-m', 'venv', '--without-pip', venv] } },
  { reject: true },
);

try {
  await made;
  const result = await engine.run({
    command: {
      type: 'script',
      path: fileURLToPath(new URL('scripts/which_python.py', import.meta.url)),
      interpreter: path.join(venv, 'bin/python'),
    },
    // Python buffers 8 KiB of output when it writes to a pipe. This disables the buffer.
    env: { PYTHONUNBUFFERED: '1' },
  });
  console.log(result.stdout.trimEnd());
  assert.equal(result.exitCode, 0);
  assert.match(result.stdout, /in a virtual environment: yes/);
} catch (error) {
  // Some systems have no python3, or no venv module (Debian: apt-get install python3-venv).
  const missing =
    error.reason === 'PROGRAM_NOT_FOUND' || /No module named/.test(error.result?.stderr);
  if (!missing) throw error;
  console.log(
    `cannot create a virtual environment: ${error.result?.stderr.trim() || error.message}`,
  );
} finally {
  await rm(folder, { recursive: true });
}
