// The TypeDoc application of the API reference. It lives here because this folder has a TypeScript that TypeDoc accepts:
// the compiler of the repository is the native one, which has no programming interface of that kind.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as typedoc from 'typedoc';

/** Reads the faces of the package; what is not right comes as a warning of the logger. */
export async function readApi({ faces, tsconfig, readme }) {
  const app = await typedoc.Application.bootstrapWithPlugins({
    plugin: [fileURLToPath(import.meta.resolve('typedoc-plugin-markdown'))],
    entryPoints: faces,
    tsconfig,
    readme,
    name: 'escher-execution-engine: API reference',
    // The compiler of the repository checks it.
    skipErrorChecking: true,
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    // Line numbers of the source would change the files with every other change.
    disableSources: true,
    githubPages: false,
    // A face is a file: a page for each of a hundred names is a click for each of them.
    outputFileStrategy: 'modules',
    entryFileName: 'README',
    mergeReadme: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    validation: { notExported: true, invalidLink: true, invalidPath: true },
    logLevel: 'Warn',
  });
  const project = await app.convert();
  if (project !== undefined) app.validate(project);
  return { app, project };
}

/** The exported names, and the methods of exported classes and interfaces, without a summary. */
export function undocumented(project) {
  const { ReflectionKind } = typedoc;
  const said = ({ comment }) => (comment?.summary.length ?? 0) > 0;
  const names = project
    .getReflectionsByKind(ReflectionKind.SomeModule)
    .flatMap((module) => module.children ?? [])
    .filter((name) => !name.kindOf(ReflectionKind.Reference | ReflectionKind.SomeModule));
  const methods = names
    // Electron says what its own do.
    .filter(({ name }) => !name.startsWith('Electron'))
    .flatMap((name) => name.children ?? [])
    .filter((member) => member.kindOf(ReflectionKind.Method) && !member.inheritedFrom);
  // Of the signatures of one function it is enough that one says what it does.
  return [...names, ...methods]
    .filter((name) => !said(name) && !(name.signatures ?? []).some(said))
    .map((name) => name.getFullName());
}

/** Where the sources of the faces are, from the `exports` of package.json. */
export function facesOf(packageFile) {
  const { exports } = JSON.parse(readFileSync(packageFile, 'utf8'));
  const types = ({ types, require: required }) => types ?? required?.types;
  return Object.values(exports)
    .filter((target) => typeof target === 'object')
    .map((target) => path.posix.join('lib', path.posix.relative('dist', types(target))))
    .map((file) => file.replace(/\.d\.ts$/, '.ts'));
}
