// Writes the API reference from the comments in lib/ and types/: node tools/typedoc/api-docs.mjs [--check]
// It fails if an exported name has no summary, if a type that another one refers to is not exported, or if a link is
// broken. With --check nothing is written.
//
// This folder is a package because TypeDoc needs a TypeScript with a JavaScript API; the compiler of the repository is
// the native one, which has none.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import * as typedoc from 'typedoc';
import { inRoot } from '../lib/paths.mjs';

const { ReflectionKind } = typedoc;
const folder = 'build/api-docs';
const entryPoints = readEntryPoints();

const app = await typedoc.Application.bootstrapWithPlugins({
  plugin: [fileURLToPath(import.meta.resolve('typedoc-plugin-markdown'))],
  entryPoints: entryPoints.map((file) => inRoot(file)),
  tsconfig: inRoot('tsconfig.lib.json'),
  readme: 'none',
  name: 'escher-execution-engine: API reference',
  // The build checks types, with the repository's compiler.
  skipErrorChecking: true,
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  disableSources: true,
  githubPages: false,
  // One page for each entry point, not one for each name.
  outputFileStrategy: 'modules',
  entryFileName: 'README',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  validation: { notExported: true, invalidLink: true, invalidPath: true },
  logLevel: 'Warn',
});

const problems = await check();
for (const problem of problems) console.error(`api-docs: ${problem}`);
if (problems.length === 0) console.log(`api-docs: ${entryPoints.length} entry points, complete`);
process.exitCode = problems.length > 0 ? 1 : 0;

async function check() {
  const project = await app.convert();
  if (project === undefined) return ['the sources could not be read'];
  app.validate(project);
  const problems = undocumented(project).map((name) => `${name} is public and has no summary`);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) problems.push('see the warnings above');
  if (problems.length === 0 && !process.argv.includes('--check')) {
    rmSync(inRoot(folder), { recursive: true, force: true });
    await app.outputs.writeOutput({ name: 'markdown', path: inRoot(folder) }, project);
    console.log(`api-docs: ${folder}/README.md`);
  }
  return problems;
}

/** The exported names, and the methods of exported classes and interfaces, without a summary. */
function undocumented(project) {
  const hasSummary = ({ comment }) => (comment?.summary.length ?? 0) > 0;
  const names = project
    .getReflectionsByKind(ReflectionKind.SomeModule)
    .flatMap((module) => module.children ?? [])
    .filter((name) => !name.kindOf(ReflectionKind.Reference | ReflectionKind.SomeModule));
  const methods = names
    // These declare what Electron documents itself.
    .filter(({ name }) => !name.startsWith('Electron'))
    .flatMap((name) => name.children ?? [])
    .filter((member) => member.kindOf(ReflectionKind.Method) && !member.inheritedFrom);
  // One documented signature is enough for an overloaded function.
  return [...names, ...methods]
    .filter((name) => !hasSummary(name) && !(name.signatures ?? []).some(hasSummary))
    .map((name) => name.getFullName());
}

/** The sources of the package's entry points, from the `exports` of package.json. */
function readEntryPoints() {
  const { exports } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  return Object.values(exports)
    .filter((target) => typeof target === 'object')
    .map(({ types, require: required }) => types ?? required.types)
    .map((file) => path.posix.join('lib', path.posix.relative('dist', file)))
    .map((file) => file.replace(/\.d\.ts$/, '.ts'));
}
