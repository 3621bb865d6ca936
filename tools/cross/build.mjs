// Builds the addon for other platforms, and on request its C++ tests:
//   node tools/cross/build.mjs [--tests] [platform...]
// The platforms are those of targets.mjs; all of them if none is named. The results are in build/cross/<platform>/.
import { existsSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { inRoot } from '../lib/paths.mjs';
import { timed } from '../lib/report.mjs';
import { capture } from '../lib/run.mjs';
import { TARGETS, targetNamed } from './targets.mjs';
import { boostHeaders, toolsFor } from './zig.mjs';

const folderOf = (name) => inRoot('build/cross', name);

/** The addon for a platform, whether it is built or not. */
export const addonOf = (name) => `${folderOf(name)}/escher_execution_engine.node`;

/** Builds the addon for each of these platforms, with `tests` the C++ tests too. Throws if that fails. */
export async function buildFor(names, { tests = false } = {}) {
  for (const target of names.map(targetNamed)) await build(target, tests);
}

async function build(target, tests) {
  const tools = toolsFor(target);
  const folder = folderOf(target.name);
  await step(`${target.name}: configuring`, [
    ...['-S', inRoot(), '-B', folder, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release'],
    `-DCMAKE_TOOLCHAIN_FILE=${inRoot('cmake/zig.cmake')}`,
    `-DESCHER_ZIG_TOOLS=${tools}`,
    `-DESCHER_TARGET_SYSTEM=${target.system}`,
    `-DESCHER_TARGET_PROCESSOR=${target.processor}`,
    `-DESCHER_BOOST_HEADERS=${boostHeaders()}`,
    `-DESCHER_STATIC_PROGRAMS=${target.libc === 'musl' ? 'ON' : 'OFF'}`,
    ...(tests ? ['-DESCHER_BUILD_TESTS=ON'] : []),
  ]);
  const wanted = ['escher_execution_engine', ...(tests ? ['engine_tests'] : [])];
  await step(`${target.name}: ${wanted.join(', ')}`, [
    ...['--build', folder, '--parallel', String(os.availableParallelism()), '--target'],
    ...wanted,
    ...['--', '-k', '0'],
  ]);
  if (!existsSync(addonOf(target.name))) throw new Error(`${addonOf(target.name)} was not made`);
}

async function step(what, args) {
  const { value, seconds } = await timed(() => capture('cmake', args));
  if (value.code !== 0) throw new Error(`${what}:\n${value.output}`);
  console.log(`cross: ${what} (${seconds.toFixed(0)} s)`);
}

async function main() {
  try {
    const { values, positionals } = parseArgs({
      options: { tests: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    await buildFor(positionals.length > 0 ? positionals : Object.keys(TARGETS), values);
  } catch (error) {
    console.error(`cross: ${error.message}`);
    process.exit(1);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
