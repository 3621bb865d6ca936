// The files that commands print while they are measured. They are small and printed several times, so that they stay in
// the page cache.
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const SHAPES = {
  full: {
    short: { lines: 1_000_000, lineBytes: 7 },
    long: { lines: 100_000, lineBytes: 100 },
    block: { lines: 131_072, lineBytes: 128 },
  },
  smoke: {
    short: { lines: 10_000, lineBytes: 7 },
    long: { lines: 2000, lineBytes: 100 },
    block: { lines: 8192, lineBytes: 128 },
  },
};

/** Lines per write, so that the process that launches the measured ones stays small. */
const BLOCK = 10_000;

/**
 * Writes the files to a new folder. `inputs` has the file, bytes, lines and last line of each, and the folder for other
 * files of a run.
 */
export function writeInputs(form) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  const inputs = { folder };
  for (const [name, { lines, lineBytes }] of Object.entries(SHAPES[form])) {
    const file = path.join(folder, `${name}.txt`);
    const lineAt = (index) => `${index}`.padStart(lineBytes - 1, '0');
    for (let from = 0; from < lines; from += BLOCK) {
      const length = Math.min(BLOCK, lines - from);
      const block = Array.from({ length }, (_, index) => `${lineAt(from + index)}\n`);
      appendFileSync(file, block.join(''));
    }
    inputs[name] = { file, bytes: lines * lineBytes, lines, lastLine: lineAt(lines - 1) };
  }
  return { inputs, remove: () => rmSync(folder, { recursive: true }) };
}
