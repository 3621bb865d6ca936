import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A directory that goes away after the test. */
export function tempDir(): string {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), 'escher-test-'));
  made.push(dir);
  return dir;
}

/** A file in a temporary directory of its own. */
export function tempFile(name: string, content: string, mode = 0o644): string {
  const path = join(tempDir(), name);
  writeFileSync(path, content, { mode });
  return path;
}

afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});
