// The headers that the sources need and that are not ours, for those who build the published package: Boost as one
// archive, as 2400 files would slow down every installation, and N-API.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { listFiles } from '../lib/files.mjs';
import { inRoot } from '../lib/paths.mjs';

const OLDEST_BOOST = 108_100;
// From this version on Boost.Process is a compiled library, and its sources are not among the headers.
const COMPILED_PROCESS = 108_600;

/** Writes `boost.tar.xz` and `napi/` into the folder. */
export function vendorHeaders(folder) {
  mkdirSync(path.join(folder, 'napi'), { recursive: true });
  for (const name of ['node-addon-api', 'node-api-headers/include']) copyHeaders(name, folder);
  archiveBoost(folder);
}

function copyHeaders(name, folder) {
  const from = inRoot('node_modules', name);
  for (const file of readdirSync(from).filter((entry) => entry.endsWith('.h'))) {
    cpSync(path.join(from, file), path.join(folder, 'napi', file));
  }
}

function archiveBoost(folder) {
  const scratch = inRoot('build/pack/boost');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  run('bcp', [`--boost=${boostRoot()}`, ...includedHeaders(), scratch]);
  // bcp takes what lies beside boost/ for Boost too, headers of the system among it.
  run(
    'cmake',
    ['-E', 'tar', 'cJf', path.join(folder, 'boost.tar.xz'), '--mtime=2020-01-01 00:00:00', 'boost'],
    scratch,
  );
  rmSync(scratch, { recursive: true });
}

/** `boost/asio/post.hpp`, … : everything of Boost that a source names. */
function includedHeaders() {
  const named = listFiles(['src', 'binding', 'cmake'], ['.cpp', '.hpp', '.inl']).flatMap((file) =>
    [...readFileSync(inRoot(file), 'utf8').matchAll(/^\s*#\s*include\s*<(boost\/[^>]+)>/gm)].map(
      ([, header]) => header,
    ),
  );
  return [...new Set(named)].sort();
}

export function boostRoot() {
  const { BOOST_ROOT } = process.env;
  const places = [
    ...(BOOST_ROOT ? [path.join(BOOST_ROOT, 'include'), BOOST_ROOT] : []),
    ...['/usr/local/include', '/opt/homebrew/include', '/usr/include'],
  ];
  const found = places.find((place) => {
    const version = versionIn(place);
    return version >= OLDEST_BOOST && version < COMPILED_PROCESS;
  });
  if (found === undefined) throw new Error(`no Boost 1.81 to 1.85 in ${places.join(', ')}`);
  return found;
}

function versionIn(place) {
  const header = path.join(place, 'boost/version.hpp');
  if (!existsSync(header)) return 0;
  return Number(/#define BOOST_VERSION (\d+)/.exec(readFileSync(header, 'utf8'))?.[1] ?? 0);
}

function run(program, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', cwd });
  if (status === 0) return;
  const cure = error?.code === 'ENOENT' ? ' (tools/setup installs it)' : '';
  throw new Error(`${program}: ${error?.message ?? `${stdout}${stderr}`}${cure}`);
}
