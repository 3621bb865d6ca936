// Paths of the repository. Tools write to build/, dist/ and node_modules/ only.
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const inRoot = (...parts) => path.join(root, ...parts);

/** A program of an installed npm package. */
export const bin = (name) =>
  inRoot('node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name);

/** Where the test runners leave their results; tools/test.mjs gives a second run another folder. */
export const testResults = process.env.ESCHER_TEST_RESULTS ?? inRoot('build/test-results');
