// Removes everything that was built. Not node_modules: `npm ci` replaces that.
import { rmSync } from 'node:fs';
import { inRoot } from './lib/paths.mjs';

for (const folder of ['build', 'dist']) rmSync(inRoot(folder), { recursive: true, force: true });
