// Rules for the tarballs, checked before they are published.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { linksOf } from '../lib/markdown.mjs';
import { bin } from '../lib/paths.mjs';
import { filesOf } from './main-package.mjs';

const FORBIDDEN = [
  /\.gyp$/,
  /(^|\/)node_modules\//,
  /\.tgz$/,
  /(^|\/)\.npmrc$/,
  /\/src-tauri\/(binaries|engine)\//,
];
// npm runs these during an installation; `prepare` if the package is installed from a folder or from git.
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];

/** The problems of the main tarball, one line each. */
export async function checkMain(tarball) {
  const manifest = JSON.parse(readFrom(tarball, 'package.json'));
  return [
    ...checkCommon(tarball, manifest),
    ...checkFaces(tarball, manifest),
    ...checkLinks(tarball),
    ...checkLoader(tarball, manifest),
    ...(await runPublint(tarball, manifest)),
    ...runAttw(tarball),
  ];
}

export async function checkPlatform(tarball) {
  const manifest = JSON.parse(readFrom(tarball, 'package.json'));
  return [...checkCommon(tarball, manifest), ...(await runPublint(tarball, manifest))];
}

function checkCommon(tarball, { scripts = {}, dependencies = {}, private: hidden }) {
  const files = filesIn(tarball);
  return [
    ...files
      .filter((file) => FORBIDDEN.some((pattern) => pattern.test(file)))
      .map((file) => `it contains ${file}`),
    ...INSTALL_SCRIPTS.filter((name) => name in scripts).map((name) => `it has a script "${name}"`),
    ...Object.keys(dependencies).map((name) => `it depends on ${name}`),
    ...(hidden ? ['it is private'] : []),
  ];
}

function checkFaces(tarball, { exports, bin: programs, main, types }) {
  const files = filesIn(tarball);
  const named = [...filesOf(exports), ...Object.values(programs), main, types];
  return [...new Set(named)]
    .filter((file) => !files.includes(file.replace(/^\.\//, '')))
    .map((file) => `package.json names ${file}, which is missing`);
}

/** Documents are read in the installed package, so their links must work there. */
function checkLinks(tarball) {
  const files = filesIn(tarball);
  const exists = (place) =>
    files.some((file) => file === place || file.startsWith(`${place.replace(/\/$/, '')}/`));
  return files
    .filter((file) => file.endsWith('.md'))
    .flatMap((page) =>
      linksOf(readFrom(tarball, page))
        .filter(({ file }) => file !== '')
        .map(({ file }) => path.posix.join(path.posix.dirname(page), file))
        .filter((place) => !exists(place))
        .map((place) => `${page} links to ${place}, which is missing`),
    );
}

/** The loader must know every platform package. */
function checkLoader(tarball, { optionalDependencies }) {
  const code = readFrom(tarball, 'dist/core/index.js');
  return Object.keys(optionalDependencies)
    .filter((name) => !code.includes(`require("${name}")`))
    .map((name) => `lib/core/native/load.ts does not know ${name}`);
}

async function runPublint(tarball, manifest) {
  const { messages } = await publint({
    pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
    strict: true,
  });
  return messages
    .filter(({ type }) => type !== 'suggestion')
    .map((message) => `publint: ${formatMessage(message, manifest, { color: false })}`);
}

function runAttw(tarball) {
  const args = [tarball, '--format', 'table-flipped', '--no-color', '--no-emoji'];
  const { status, stdout, stderr } = spawnSync(bin('attw'), args, {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  return status === 0 ? [] : [`attw:\n${stdout}${stderr}`];
}

const filesIn = (tarball) =>
  tar('-tzf', tarball)
    .split('\n')
    .filter(Boolean)
    .map((file) => file.replace(/^package\//, ''));

const readFrom = (tarball, file) => tar('-xzOf', tarball, `package/${file}`);

const tar = (...args) =>
  execFileSync('tar', args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
