// Puts what the application ships beside itself into src-tauri/: this Node as the sidecar, under the name that Tauri
// asks for, and the package with its binary as a resource. Run it before `tauri dev` and `tauri build`.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
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
for (const part of ['package.json', 'dist', 'build/Release']) {
  cpSync(path.join(source, part), path.join(copy, part), { recursive: true });
}
console.log(`engine-node-${triple}${extension} and engine/ are in ${target}`);
