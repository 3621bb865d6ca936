// Uses the packed package as its users do, away from the repository: npm run test:package [-- --source]
// Packs, installs offline and from a registry on this machine, runs programs under every version of Node.js, compiles
// TypeScript, bundles, and installs it wrongly. `--source` also builds the addon from the packed sources (minutes).
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot } from './lib/paths.mjs';
import { nodeBinaries } from './node-versions/binaries.mjs';
import { inspect } from './pack/binary.mjs';
import { checkMain, checkPlatform } from './pack/check.mjs';
import { packMain } from './pack/main-package.mjs';
import { builtBinary, packPlatform } from './pack/platform-package.mjs';
import { targetOf } from './pack/target.mjs';
import { checkBundles } from './package-test/bundles.mjs';
import { checkConsumers } from './package-test/consumers.mjs';
import { checkFailures } from './package-test/failures.mjs';
import { startRegistry } from './package-test/registry.mjs';
import { check, summary } from './package-test/report.mjs';
import { Sandbox } from './package-test/sandbox.mjs';
import { checkSources } from './package-test/source.mjs';
import { checkTypescript } from './package-test/typescript.mjs';

const { values: options } = parseArgs({ options: { source: { type: 'boolean', default: false } } });
const root = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const nodes = nodeBinaries();

const offline = new Sandbox();
const packed = packHereAndElsewhere();
const registry = await startRegistry(packed.tarballs);
const online = new Sandbox({ registry: registry.address });
try {
  await tryPackage();
} finally {
  registry.close();
  offline.remove();
  online.remove();
}
summary();

/** Beside the package of this machine one for a machine that nobody has here, with the same binary in it. */
function packHereAndElsewhere() {
  const destination = offline.path();
  const { libraries, glibc } = inspect(builtBinary);
  const target = targetOf(libraries);
  const foreign = { os: 'linux', cpu: 'arm64', libc: 'musl', name: 'linux-arm64-musl' };
  const here = packPlatform({ root, target, glibc, destination });
  const elsewhere = packPlatform({ root, target: foreign, destination });
  const platforms = [here.name, elsewhere.name];
  const main = packMain({ root, platforms, destination });
  const [hereTarball, elsewhereTarball, mainTarball] = [here, elsewhere, main].map(({ filename }) =>
    path.join(destination, filename),
  );
  const tarballs = [hereTarball, elsewhereTarball, mainTarball];
  return { here, elsewhere, foreign, main, hereTarball, mainTarball, tarballs };
}

async function tryPackage() {
  const { here, elsewhere, foreign, main, hereTarball, mainTarball } = packed;
  await check('publint, attw and what must hold of a tarball', async () => {
    const wrong = [...(await checkMain(mainTarball)), ...(await checkPlatform(hereTarball))];
    assert.deepEqual(wrong, []);
  });

  const project = offline.project('consumer');
  await check('npm install --ignore-scripts --offline of the tarballs', async () => {
    await offline.npm(project, 'install', '--ignore-scripts', mainTarball, hereTarball);
    assert.deepEqual(installedIn(project), [main.name, here.name].sort());
  });
  const folder = path.join(project, 'node_modules', main.name);
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  await checkConsumers({ sandbox: offline, project, manifest, nodes });
  await checkTypescript({ sandbox: offline, project, manifest });
  await checkBundles({ sandbox: offline, project, manifest });

  await check('npm install from a registry takes the package of this platform alone', async () => {
    const fresh = online.project('registry');
    await online.npm(fresh, 'install', main.name);
    assert.deepEqual(installedIn(fresh), [main.name, here.name].sort());
    await online.npm(fresh, 'ci');
    assert.deepEqual(installedIn(fresh), [main.name, here.name].sort());
    assert.deepEqual(registry.unknown, []);
  });
  await checkFailures({
    online,
    offline,
    mainTarball,
    here: here.name,
    elsewhere: elsewhere.name,
    foreign,
  });
  await checkSources({ sandbox: offline, folder, full: options.source });
}

function installedIn(project) {
  const folder = path.join(project, 'node_modules');
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => !name.startsWith('.'))
        .sort()
    : [];
}
