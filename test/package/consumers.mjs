// User programs in JavaScript: both module formats, every entry point and the command, in each given version of Node.js.
import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../tools/lib/paths.mjs';

/** `project` is a folder in which the package is installed, `manifest` the manifest of the package. */
export async function checkConsumers({ report, sandbox, project, manifest, nodes }) {
  for (const file of ['check.cjs', 'smoke.cjs', 'smoke.mjs'])
    cpSync(inRoot('test/package/consumers', file), path.join(project, file));
  writeFileSync(path.join(project, 'faces.mjs'), facesProgram(manifest));
  for (const node of nodes) {
    const version = (await sandbox.must(project, node, ['--version'])).trim();
    const run = (program, ...args) => sandbox.must(project, program, args, { node });
    await report.check(`Node.js ${version}: require`, () => run(node, 'smoke.cjs'));
    await report.check(`Node.js ${version}: import`, () => run(node, 'smoke.mjs'));
    await report.check(`Node.js ${version}: every entry point in both module formats`, () =>
      run(node, 'faces.mjs'),
    );
    for (const name of Object.keys(manifest.bin)) {
      await report.check(`Node.js ${version}: ${name} --help`, async () => {
        assert.match(await run(`./node_modules/.bin/${name}`, '--help'), /^Usage: /);
      });
    }
  }
  for (const name of Object.keys(manifest.bin)) {
    await report.check(`npx ${name} --help`, async () => {
      const output = await sandbox.must(project, 'npx', ['--no-install', name, '--help']);
      assert.match(output, /^Usage: /);
    });
  }
}

/** An entry point without `require` is not for Node.js (the preload script of Electron). */
function facesProgram({ name, exports }) {
  const faces = Object.keys(exports).filter((face) => exports[face].require !== undefined);
  const specifiers = faces.map((face) => path.posix.join(name, face));
  return `import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
for (const face of ${JSON.stringify(specifiers)}) {
  const names = (all) => Object.keys(all).filter((key) => !['default', '__esModule', 'module.exports'].includes(key));
  const imported = await import(face);
  const required = require(face);
  assert.deepEqual(names(imported).sort(), names(required).sort(), face);
  assert.notEqual(names(required).length, 0, face);
  for (const key of names(required)) assert.equal(imported[key], required[key], face + ' ' + key);
}
assert.equal(require('${name}/package.json').name, '${name}');
`;
}
