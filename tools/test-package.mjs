// Uses the packed package as users do, outside the repository: npm run test:package [-- --nodes] [--source]
// Packs, installs offline and from a local registry, runs programs, compiles TypeScript, bundles, and tries broken
// installations. --nodes adds other versions of Node.js, --source compiles the addon from the packed sources (minutes).
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkBundles } from '../test/package/bundles.mjs';
import { checkConsumers } from '../test/package/consumers.mjs';
import { checkFailures } from '../test/package/failures.mjs';
import { nodeBinaries } from '../test/package/nodes.mjs';
import { startRegistry } from '../test/package/registry.mjs';
import { Sandbox } from '../test/package/sandbox.mjs';
import { checkSources } from '../test/package/source.mjs';
import { checkTypescript } from '../test/package/typescript.mjs';
import { buildFor } from './cross/build.mjs';
import { inRoot } from './lib/paths.mjs';
import { Report } from './lib/report.mjs';
import { inspect } from './pack/binary.mjs';
import { checkMain, checkPlatform } from './pack/check.mjs';
import { packMain } from './pack/main-package.mjs';
import { packPlatform } from './pack/platform-package.mjs';
import { isCrossBuilt, packageHere } from './pack/target.mjs';

const { values: options } = parseArgs({
  options: {
    nodes: { type: 'boolean', default: false },
    source: { type: 'boolean', default: false },
  },
});
const report = new Report('package');
const root = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const nodes = nodeBinaries({ all: options.nodes });

const offline = new Sandbox();
const packed = await packHereAndElsewhere();
const registry = await startRegistry(packed.tarballs);
const online = new Sandbox({ registry: registry.address });
try {
  await tryPackage();
} finally {
  registry.close();
  offline.remove();
  online.remove();
}
report.end();

/** Packs for this platform, and the same binary for a platform that this machine is not. */
async function packHereAndElsewhere() {
  const destination = offline.path();
  const { target, binary } = packageHere();
  if (isCrossBuilt(target.name)) await buildFor([target.name]);
  const { glibc, wrong } = inspect(binary, target);
  assert.deepEqual(wrong, []);
  const foreign = { os: 'linux', cpu: 'arm64', libc: 'musl', name: 'linux-arm64-musl' };
  const here = packPlatform({ root, target, binary, oldest: glibc, destination });
  const elsewhere = packPlatform({ root, target: foreign, binary, destination });
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
  await report.check('publint, attw and the rules of this repository', async () => {
    const wrong = [...(await checkMain(mainTarball)), ...(await checkPlatform(hereTarball))];
    assert.deepEqual(wrong, []);
  });

  const project = offline.project('consumer');
  await report.check('npm install --ignore-scripts --offline of the tarballs', async () => {
    await offline.npm(project, 'install', '--ignore-scripts', mainTarball, hereTarball);
    assert.deepEqual(installedIn(project), [main.name, here.name].sort());
  });
  const folder = path.join(project, 'node_modules', main.name);
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  // The optional peer dependencies of entry points, with what they need.
  const peers = Object.keys(manifest.peerDependencies);
  for (const name of dependencyTree(peers)) {
    const copied = path.join(project, 'node_modules', name);
    cpSync(inRoot('node_modules', name), copied, { recursive: true });
  }
  await checkConsumers({ report, sandbox: offline, project, manifest, nodes });
  await checkTypescript({ report, sandbox: offline, project, manifest });
  await checkBundles({ report, sandbox: offline, project, manifest, nodes });

  await report.check(
    'npm install from a registry installs the package of this platform only',
    async () => {
      const fresh = online.project('registry');
      await online.npm(fresh, 'install', main.name);
      assert.deepEqual(installedIn(fresh), [main.name, here.name].sort());
      await online.npm(fresh, 'ci');
      assert.deepEqual(installedIn(fresh), [main.name, here.name].sort());
      // npm looks at optional peers, and does not install it.
      const unknown = registry.unknown.filter((name) => !peers.includes(name));
      assert.deepEqual(unknown, []);
    },
  );
  await checkFailures({
    report,
    online,
    offline,
    mainTarball,
    here: here.name,
    elsewhere: elsewhere.name,
    foreign,
  });
  await checkSources({ report, sandbox: offline, folder, full: options.source });
}

/** The packages of these names and of their dependencies, as they are installed in the repository. */
function dependencyTree(names) {
  const found = new Set();
  const add = (name) => {
    const file = inRoot('node_modules', name, 'package.json');
    if (found.has(name) || !existsSync(file)) return;
    found.add(name);
    Object.keys(JSON.parse(readFileSync(file, 'utf8')).dependencies ?? {}).forEach(add);
  };
  names.forEach(add);
  return found;
}

function installedIn(project) {
  const folder = path.join(project, 'node_modules');
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => !name.startsWith('.'))
        .sort()
    : [];
}
