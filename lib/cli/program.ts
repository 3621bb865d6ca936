/** Name and manifest of the program. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const PROGRAM = 'escher-execution-engine';

export interface Manifest {
  version: string;
  engines: { node: string };
  binary: { napi_versions: number[] };
}

/** The program is one script, `dist/cli/main.js`. */
const manifestFile = (): string => join(__dirname, '..', '..', 'package.json');

export const readManifest = (): Manifest =>
  JSON.parse(readFileSync(manifestFile(), 'utf8')) as Manifest;
