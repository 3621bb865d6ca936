import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

function findRoot(from: string): string {
  const manifest = join(from, 'package.json');
  if (existsSync(manifest)) {
    const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string };
    if (name === 'escher-execution-engine') return from;
  }
  const parent = dirname(from);
  if (parent === from) throw new Error('run the tests from inside the repository');
  return findRoot(parent);
}

/** The compiled tests lie elsewhere than their sources, so paths start here and not at `__dirname`. */
export const root = findRoot(process.cwd());

/** A file under `test/fixtures`. */
export const fixture = (...parts: string[]): string => join(root, 'test', 'fixtures', ...parts);

/** A program that a test runs as a child of the engine. */
export const childScript = (name: string): string => fixture('children', name);

/** A program that uses the engine in a process of its own. */
export const hostScript = (name: string): string => fixture('hosts', name);
