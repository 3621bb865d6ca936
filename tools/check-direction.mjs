// Checks that dependencies between the parts point in one direction:
//
//   lib -> types/native.d.ts -> binding -> src/engine -> execution -> recovery -> {output, process} -> policy -> model
//
// It also checks which files may use N-API, Asio, Boost.Process, the folder of one operating system and the native
// binary. Biome finds import cycles in lib/.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { listFiles } from './lib/files.mjs';
import { inRoot } from './lib/paths.mjs';

const findings = [];
const report = (file, line, what, why) => findings.push(`${file}:${line}: ${what}\n    ${why}`);

// --- C++ ------------------------------------------------------------------------------------------------------------

// A folder may include itself and the folders named here.
const mayInclude = {
  model: [],
  policy: ['model'],
  output: ['policy', 'model'],
  process: ['policy', 'model'],
  recovery: ['process', 'output', 'policy', 'model'],
  execution: ['recovery', 'process', 'output', 'policy', 'model'],
  engine: ['execution', 'recovery', 'process', 'output', 'policy', 'model'],
  binding: ['engine', 'model'],
};

/** `binding`, or the first folder below src/. */
const folderOf = (file) =>
  file.startsWith('binding/') ? 'binding' : file.replace(/^src\//, '').split('/')[0];

// Headers of others, and the only files that may include them.
const borders = [
  {
    header: /^(js_native_api|node_api|node|v8|uv|napi)[\w-]*\.h$/,
    only: /^binding\//,
    why: 'only binding/ uses Node and N-API',
  },
  {
    header: /^boost\/process/,
    only: /^src\/process\/boost_process\.hpp$/,
    why: 'include process/boost_process.hpp: the order of the headers and the macros matter',
  },
  {
    header: /^boost\/asio/,
    only: /^src\/(process|recovery|execution|engine)\//,
    why: 'binding/, model/, policy/ and output/ do not use Asio',
  },
  {
    header: /^(unistd|signal|fcntl|spawn|windows|sys\/\w+)\.h$/,
    // model/windows/ has the text, the errors and the handles of Windows.
    only: /^(binding|src\/(process|output|recovery|execution|engine|model\/windows))\//,
    why: 'model/ and policy/ make no system calls',
  },
];

const sources = listFiles(['src', 'binding'], ['.cpp', '.hpp', '.inl', '.h']);
const known = new Set(sources);
const includesOf = new Map();

for (const file of sources) {
  const own = [];
  includesOf.set(file, own);
  forEachLine(file, (text, line) => {
    const match = /^\s*#\s*include\s*([<"])([^>"]+)[>"]/.exec(text);
    if (!match) return;
    const [, bracket, header] = match;
    for (const border of borders) {
      if (border.header.test(header) && !border.only.test(file)) {
        report(file, line, `includes <${header}>`, border.why);
      }
    }
    if (bracket === '"') checkOwnInclude(file, line, header, own);
  });
}

function checkOwnInclude(file, line, header, own) {
  const target = [
    `src/${header}`,
    `binding/${header}`,
    path.posix.join(path.posix.dirname(file), header),
  ].find((name) => known.has(name));
  if (header.startsWith('generated/')) return;
  if (!target) {
    report(file, line, `includes "${header}"`, 'no such file below src/ or binding/');
    return;
  }
  if (target.startsWith('src/') && target !== `src/${header}`) {
    report(
      file,
      line,
      `includes "${header}"`,
      `write the path from src/: "${target.slice('src/'.length)}"`,
    );
  }
  own.push(target);
  const from = folderOf(file);
  const to = folderOf(target);
  if (from !== to && !(mayInclude[from] ?? []).includes(to)) {
    report(
      file,
      line,
      `includes "${header}"`,
      `${from} may include only: ${mayInclude[from]?.join(', ') || 'itself'}`,
    );
  }
  const system = /^src\/process\/(posix|linux|darwin|windows)\//.exec(target);
  if (system && !file.startsWith('src/process/')) {
    report(
      file,
      line,
      `includes "${header}"`,
      `outside of src/process/ include its headers, which hide ${system[1]}/`,
    );
  }
}

checkForCycles(includesOf, 'is part of an include cycle');

// --- TypeScript and JavaScript --------------------------------------------------------------------------------------

/** The first folder below lib/: `core` or a face. `index` for a file in lib/ itself. */
const faceOf = (file) => /^lib\/(\w+)\//.exec(file)?.[1] ?? 'index';

function checkFace(file, target, specifier, line) {
  const from = faceOf(file);
  const to = faceOf(target);
  if (from === to) return;
  if (from === 'core') {
    report(file, line, `imports ${specifier}`, 'core does not know the faces that stand on it');
    return;
  }
  // The program stands on top of the faces that its subcommands serve.
  const isSubcommand = from === 'cli' && /^lib\/(bridge|console|plan)\/index/.test(target);
  if (target === 'lib/core/index.ts' || isSubcommand) return;
  report(file, line, `imports ${specifier}`, `${from} may import lib/core/index only`);
}

const modules = listFiles(['lib'], ['.ts', '.mts', '.mjs']);
const knownModules = new Set(modules);
/** By file, the files of lib/ that it imports, types included. */
const importsOf = new Map();

/** The file of lib/ that a relative specifier names, if it names one. */
function moduleAt(file, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  const target = path.posix.join(path.posix.dirname(file), specifier);
  return [`${target}.ts`, `${target}/index.ts`].find((name) => knownModules.has(name));
}

for (const file of modules) {
  const own = [];
  importsOf.set(file, own);
  checkModules(file, (specifier, line, statement) => {
    const target = moduleAt(file, specifier);
    if (target !== undefined) {
      own.push(target);
      checkFace(file, target, specifier, line);
    }
    if (
      /^\.\.?\/(.*\/)?types\//.test(specifier) &&
      !/^\s*(import|export)\s+type\b/.test(statement)
    ) {
      report(file, line, `imports ${specifier}`, 'types/ contains no code: write `import type`');
    }
  });
  if (file === 'lib/core/native/load.ts') continue;
  forEachLine(file, (text, line) => {
    const code = text.replace(/\/\/.*$|^\s*\*.*$/, '');
    // The wrapper for ES modules requires the CommonJS file next to it.
    const isFace = /^lib\/(\w+\/)?index\.mjs$/.test(file) && /'\.\/index\.js'|^import/.test(code);
    if (!isFace && /\.node['"`]|process\.dlopen|createRequire/.test(code)) {
      report(file, line, 'loads a native binary', 'only lib/core/native/load.ts may');
    }
  });
}

checkForCycles(importsOf, 'imports itself in the end');

for (const file of listFiles(
  ['test/js', 'test/types', 'examples', 'bench/node'],
  ['.ts', '.mts', '.cts', '.js', '.mjs'],
)) {
  // A unit test checks one small file of lib/ with tables of cases, which would each take a process from outside.
  const isUnitTest = /^test\/js\/.*\.unit\.test\.ts$/.test(file);
  checkModules(file, (specifier, line) => {
    if (isUnitTest && /^(\.\.\/)+(lib|types)\//.test(specifier)) return;
    if (/^\.\.?\/(.*\/)?(dist|lib|build|types|binding)(\/|$)/.test(specifier)) {
      report(
        file,
        line,
        `imports ${specifier}`,
        'a test uses the public API: import escher-execution-engine, or name the file *.unit.test.ts',
      );
    }
  });
}

/** Each file once: a file that was visited without a finding is part of no circle. */
function checkForCycles(targetsOf, what) {
  const done = new Set();
  const visit = (file, trail) => {
    if (trail.includes(file)) {
      report(file, 1, what, [...trail.slice(trail.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const target of targetsOf.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of targetsOf.keys()) visit(file, []);
}

function checkModules(file, check) {
  const text = readFileSync(inRoot(file), 'utf8');
  const statement =
    /(?:^|\n)[ \t]*((?:import|export)\b[^;'"`]*?(?:\bfrom\s*)?|[^\n]*?\b(?:require|import)\s*\(\s*)(['"])([^'"\n]+)\2/g;
  for (const match of text.matchAll(statement)) {
    const start = match.index + match[0].indexOf(match[1]);
    check(match[3], text.slice(0, start).split('\n').length, match[1]);
  }
}

function forEachLine(file, visit) {
  readFileSync(inRoot(file), 'utf8')
    .split('\n')
    .forEach((text, index) => {
      visit(text, index + 1);
    });
}

// --------------------------------------------------------------------------------------------------------------------

if (findings.length > 0) {
  console.error(findings.join('\n'));
  console.error(`check-direction: ${findings.length} findings (docs/architecture.md)`);
  process.exit(1);
}
