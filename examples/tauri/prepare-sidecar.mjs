// Copies the parts that the application ships into src-tauri/: this Node.js as the sidecar, under the name that Tauri
// expects, and the package with its binary as a resource. Run it before `tauri dev` and `tauri build`.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const target = path.join(path.dirname(fileURLToPath(import.meta.url)), 'src-tauri');
const require = createRequire(import.meta.url);

const triple = /host: (\S+)/.exec(execFileSync('rustc', ['-vV'], { encoding: 'utf8' }))[1];
const extension = process.platform === 'win32' ? '.exe' : '';
mkdirSync(path.join(target, 'binaries'), { recursive: true });
copyFileSync(process.execPath, path.join(target, 'binaries', `engine-node-${triple}${extension}`));

const source = path.dirname(require.resolve('escher-execution-engine/package.json'));
const copy = path.join(target, 'engine');
rmSync(copy, { recursive: true, force: true });
cpSync(path.join(source, 'package.json'), path.join(copy, 'package.json'));
cpSync(path.join(source, 'dist'), path.join(copy, 'dist'), { recursive: true });
// The binary is in the folder of the package (built there), or in the package of this platform.
const binaries = copyBuilt() + copyInstalled();
if (binaries === 0) {
  throw new Error(
    `There is no binary for this platform: run "npx escher-execution-engine doctor" for details`,
  );
}
console.log(`engine-node-${triple}${extension} and engine/ are in ${target}`);

function copyBuilt() {
  const built = path.join('build', 'Release');
  if (!existsSync(path.join(source, built))) return 0;
  cpSync(path.join(source, built), path.join(copy, built), { recursive: true });
  return 1;
}

function copyInstalled() {
  const { optionalDependencies = {} } = require(path.join(source, 'package.json'));
  const fromPackage = createRequire(path.join(source, 'package.json'));
  const installed = Object.keys(optionalDependencies).flatMap((name) => {
    try {
      return [{ name, folder: path.dirname(fromPackage.resolve(name)) }];
    } catch {
      // A package for another platform, not installed.
      return [];
    }
  });
  for (const { name, folder } of installed) {
    cpSync(folder, path.join(copy, 'node_modules', name), { recursive: true });
  }
  return installed.length;
}
