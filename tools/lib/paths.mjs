// Where things are. Everything that a tool writes goes to build/, dist/ or node_modules/.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const inRoot = (...parts) => path.join(root, ...parts);

/** A program of an installed npm package; never fetched. */
export const bin = (name) =>
  inRoot('node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name);

export const testResults = inRoot('build/test-results');
