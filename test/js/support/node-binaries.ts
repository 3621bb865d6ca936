import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './repository';

/** `npm run test:node-versions` installs the others; without it there is the running Node alone. */
const installed = join(root, 'test', 'package', 'node-versions', 'node_modules');
const others = existsSync(installed)
  ? readdirSync(installed)
      .sort()
      .map((name) => join(installed, name, 'bin', 'node'))
      .filter((path) => existsSync(path))
  : [];

/** Every Node there is to test with. */
export const nodes = [process.execPath, ...others].map((path): [version: string, path: string] => [
  execFileSync(path, ['--version'], { encoding: 'utf8' }).trim(),
  path,
]);
