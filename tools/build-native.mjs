// Configures (once) and builds a CMake preset: node tools/build-native.mjs [preset] [target]
// Presets: release (default), bench, dev, asan, tsan, fuzz; see CMakePresets.json.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { inRoot, root } from './lib/paths.mjs';
import { capture } from './lib/run.mjs';

const [preset = 'release', ...targets] = process.argv.slice(2);
const folder = preset === 'bench' ? 'build/release' : `build/${preset}`;

dropForeignCache();
// `bench` shares the folder of `release` and adds an option to it, so it is always configured.
if (preset === 'bench' || !existsSync(inRoot(folder, 'build.ninja'))) await configure();
process.exitCode = await build();

/** CMake rejects a build folder that was copied or moved with the repository. */
function dropForeignCache() {
  const cache = inRoot(folder, 'CMakeCache.txt');
  if (!existsSync(cache)) return;
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1];
  if (home !== root.replaceAll('\\', '/')) rmSync(inRoot(folder), { recursive: true });
}

async function configure() {
  console.log(`build: configuring ${preset}`);
  const { code, output } = await capture('cmake', ['--preset', preset]);
  if (code !== 0) {
    console.error(output);
    process.exit(code);
  }
}

/** Hides the lines of a build that has nothing to do. */
function build() {
  const args = ['--build', '--preset', preset, '--parallel', String(os.availableParallelism())];
  if (targets.length > 0) args.push('--target', ...targets);
  const child = spawn('cmake', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!/^ninja: no work to do|Re-checking globbed directories/.test(line)) console.log(line);
  });
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`cmake: ${error.message}`);
      resolve(127);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}
