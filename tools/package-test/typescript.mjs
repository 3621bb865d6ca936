// Programs of users in TypeScript: strict, with the declarations of the package checked too, by a compiler of today and
// by one of the series before.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { inRoot } from '../lib/paths.mjs';
import { must } from '../lib/run.mjs';
import { check } from './report.mjs';

// A package of its own: two versions of the compiler in the root would both be the `tsc` there.
const compilers = inRoot('test/package/compilers');
const series5 = `${compilers}/node_modules/typescript-5/bin/tsc`;

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

export async function checkTypescript({ sandbox, project, manifest }) {
  if (!existsSync(series5)) {
    console.log('package: npm ci (another compiler of TypeScript)');
    must('npm', ['ci', '--no-audit', '--no-fund'], { cwd: compilers });
  }
  // What a user of TypeScript has besides.
  for (const name of ['@types/node', 'undici-types'])
    cpSync(inRoot('node_modules', name), path.join(project, 'node_modules', name), {
      recursive: true,
    });
  for (const tsc of [inRoot('node_modules/typescript/bin/tsc'), series5]) {
    const version = (await sandbox.must(project, process.execPath, [tsc, '--version'])).trim();
    for (const settings of RESOLUTIONS) {
      await check(`TypeScript, ${version}: ${settings.moduleResolution}`, () =>
        compileAndRun({ sandbox, project, manifest, tsc, settings }),
      );
    }
  }
}

async function compileAndRun({ sandbox, project, manifest, tsc, settings }) {
  const { sources, ...options } = settings;
  // Below the project, so that its node_modules are found.
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
  // What the `bundler` resolution emits is for a bundler.
  for (const source of sources.filter((name) => name !== 'strict.ts')) {
    const script = `out/${source.replace(/ts$/, 'js')}`;
    const printed = await sandbox.must(folder, process.execPath, [script]);
    assert.deepEqual(JSON.parse(printed), EXPECTED);
  }
}

/** Every face, by its types alone: a program that loads them all would have to run in Electron. */
const everyFace = ({ name, exports }) =>
  Object.keys(exports)
    .filter((face) => face !== './package.json')
    .map((face, index) => `export type * as face${index} from '${path.posix.join(name, face)}';\n`)
    .join('');
