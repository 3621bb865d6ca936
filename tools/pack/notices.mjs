// The licenses of what is inside the packages and is not ours.
import { readdirSync, readFileSync } from 'node:fs';
import { inRoot } from '../lib/paths.mjs';

const boost = [
  'Boost (Asio, Process, System, UUID, and the Boost libraries that they use)',
  () => readFileSync(inRoot('tools/pack/boost-license.txt'), 'utf8'),
];
const napi = ['node-addon-api', () => licenseOf('node-addon-api')];
const headers = ['node-api-headers', () => licenseOf('node-api-headers')];

/**
 * For the binary. The exception of libstdc++ and libgcc asks for no notice; that of LLVM, for libc++ and
 * compiler-rt in the binaries of tools/cross, asks for none either.
 */
export const noticesOfBinary = () => text([boost, napi]);

/** For the main package; `bundled` are the npm packages that are a part of the page. */
export const noticesOfMain = (bundled) =>
  text([boost, napi, headers, ...bundled.map((name) => [name, () => licenseOf(name)])]);

function text(parts) {
  const sections = parts.map(([name, read]) => `## ${name}\n\n${read().trim()}\n`);
  return [
    '# Third-party notices\n',
    'Parts of this package are made by others.\n',
    ...sections,
  ].join('\n');
}

function licenseOf(name) {
  const folder = inRoot('node_modules', name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no license file`);
  return readFileSync(`${folder}/${file}`, 'utf8');
}
