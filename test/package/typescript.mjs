// User programs in TypeScript, strict and with `skipLibCheck: false`, with the current compiler and with series 5.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { inRoot } from '../../tools/lib/paths.mjs';
import { must } from '../../tools/lib/run.mjs';

// A package of its own: in the root two compilers would both be `tsc`.
const compilers = inRoot('test/package/compilers');
const series5 = `${compilers}/node_modules/typescript-5/bin/tsc`;
const newestTypes = `${compilers}/node_modules/node-types-26`;

const RESOLUTIONS = [
  { module: 'node16', moduleResolution: 'node16', sources: ['strict.cts', 'strict.mts'] },
  { module: 'nodenext', moduleResolution: 'nodenext', sources: ['strict.cts', 'strict.mts'] },
  { module: 'esnext', moduleResolution: 'bundler', sources: ['strict.ts'] },
];

const strictest = {
  target: 'es2022',
  lib: ['es2022'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: false,
  isolatedModules: true,
  skipLibCheck: false,
  outDir: 'out',
};

const EXPECTED = {
  code: 3,
  lines: ['stderr: err', 'stdout: out'],
  refused: 'ERR_VALIDATION',
  batches: true,
  wrong: 'powershell',
};

export async function checkTypescript({ report, sandbox, project, manifest }) {
  if (!existsSync(series5) || !existsSync(newestTypes)) {
    console.log('package: npm ci (compilers)');
    must('npm', ['ci', '--no-audit', '--no-fund'], { cwd: compilers });
  }
  useNodeTypes(project, inRoot('node_modules/@types/node'), inRoot());
  for (const tsc of [inRoot('node_modules/typescript/bin/tsc'), series5]) {
    const version = (await sandbox.must(project, process.execPath, [tsc, '--version'])).trim();
    for (const settings of RESOLUTIONS) {
      await report.check(`TypeScript, ${version}: ${settings.moduleResolution}`, () =>
        compileAndRun({ sandbox, project, manifest, tsc, settings }),
      );
    }
  }
  await report.check('TypeScript, with the types of Node.js 26', async () => {
    const [, settings] = RESOLUTIONS;
    const tsc = inRoot('node_modules/typescript/bin/tsc');
    useNodeTypes(project, newestTypes, compilers);
    await compileAndRun({ sandbox, project, manifest, tsc, settings });
  });
}

/** TypeScript users of Node.js have these installed. */
function useNodeTypes(project, types, root) {
  const target = path.join(project, 'node_modules');
  for (const name of ['@types/node', 'undici-types'])
    rmSync(path.join(target, name), { recursive: true, force: true });
  cpSync(types, path.join(target, '@types/node'), { recursive: true });
  cpSync(path.join(root, 'node_modules/undici-types'), path.join(target, 'undici-types'), {
    recursive: true,
  });
}

async function compileAndRun({ sandbox, project, manifest, tsc, settings }) {
  const { sources, ...options } = settings;
  // Inside the project, so that its node_modules are found.
  const folder = mkdtempSync(path.join(project, 'typescript-'));
  for (const source of sources)
    cpSync(inRoot('test/package/consumers/strict.ts'), path.join(folder, source));
  writeFileSync(path.join(folder, 'faces.mts'), everyFace(manifest));
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { ...strictest, ...options },
      files: [...sources, 'faces.mts'],
    }),
  );
  await sandbox.must(folder, process.execPath, [tsc, '-p', '.']);
  // The output of the `bundler` resolution needs a bundler.
  for (const source of sources.filter((name) => name !== 'strict.ts')) {
    const script = `out/${source.replace(/ts$/, 'js')}`;
    const printed = await sandbox.must(folder, process.execPath, [script]);
    assert.deepEqual(JSON.parse(printed), EXPECTED);
  }
}

/** Imports the types of every entry point. Loading all of them would require Electron. */
const everyFace = ({ name, exports }) =>
  Object.keys(exports)
    .filter((face) => face !== './package.json')
    .map((face, index) => `export type * as face${index} from '${path.posix.join(name, face)}';\n`)
    .join('');
