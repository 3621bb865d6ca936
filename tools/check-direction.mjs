// Checks that the parts know each other in one direction only:
//
//   lib -> types/native.d.ts -> binding -> src/engine -> {execution, registry, runtime, …} -> {process, stream} -> policy -> model
//
// and the borders that go with it: who may know N-API, Asio, Boost.Process, the folder of one operating system, and
// the native binary.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { listFiles } from './lib/files.mjs';
import { inRoot } from './lib/paths.mjs';

const findings = [];
const report = (file, line, what, why) => findings.push(`${file}:${line}: ${what}\n    ${why}`);

// --- C++ ------------------------------------------------------------------------------------------------------------

// A room may include itself and the rooms named here.
const mayInclude = {
  model: [],
  policy: ['model'],
  stream: ['policy', 'model'],
  process: ['policy', 'model'],
  core: ['process', 'stream', 'policy', 'model'],
  engine: ['core', 'process', 'stream', 'policy', 'model'],
  binding: ['engine', 'model'],
};

/** The room of a file in src/ or binding/; what lies in src/ itself is the engine's facade, or `core`. */
function roomOf(file) {
  if (file.startsWith('binding/')) return 'binding';
  const parts = file.replace(/^src\//, '').split('/');
  if (parts.length > 1) return parts[0];
  return /^engine(_\w+)?\.[a-z]+$/.test(parts[0]) ? 'engine' : 'core';
}

// Headers from outside, the only files that may include them, and who that is.
const borders = [
  {
    header: /^(js_native_api|node_api|node|v8|uv|napi)[\w-]*\.h$/,
    only: /^binding\//,
    why: 'Node and N-API belong to binding/',
  },
  {
    header: /^boost\/process/,
    only: /^$/,
    why: 'docs/decisions/001-own-launcher.md: nothing of Boost.Process',
  },
  {
    header: /^boost\/asio/,
    only: /^src\/(process\/|stream\/stream_pump|[^/]+$)/,
    why: 'binding/, model/, policy/ and the pure parts of stream/ do not know Asio',
  },
  {
    header: /^(unistd|signal|fcntl|spawn|windows|sys\/\w+)\.h$/,
    only: /^(binding\/|src\/(process|stream)\/|src\/[^/]+$)/,
    why: 'model/ and policy/ do not ask the system',
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
  const from = roomOf(file);
  const to = roomOf(target);
  if (from !== to && !(mayInclude[from] ?? []).includes(to)) {
    report(
      file,
      line,
      `includes "${header}"`,
      `${from} does not know ${to}; it may know: ${mayInclude[from]?.join(', ') || 'nothing else'}`,
    );
  }
  const system = /^src\/process\/(posix|windows)\//.exec(target);
  if (system && !file.startsWith('src/process/')) {
    report(
      file,
      line,
      `includes "${header}"`,
      `what is ${system[1]} stands behind a header in src/process/`,
    );
  }
}

checkForCycles();

function checkForCycles() {
  const done = new Set();
  const visit = (file, trail) => {
    if (trail.includes(file)) {
      report(
        file,
        1,
        'includes itself in the end',
        [...trail.slice(trail.indexOf(file)), file].join(' -> '),
      );
      return;
    }
    if (done.has(file)) return;
    for (const target of includesOf.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
}

// --- TypeScript and JavaScript --------------------------------------------------------------------------------------

for (const file of listFiles(['lib'], ['.ts', '.mts', '.mjs'])) {
  checkModules(file, (specifier, line, statement) => {
    if (
      /^\.\.?\/(.*\/)?types\//.test(specifier) &&
      !/^\s*(import|export)\s+type\b/.test(statement)
    ) {
      report(file, line, `imports ${specifier}`, 'types/ holds no code: write `import type`');
    }
  });
  if (file === 'lib/native.ts') continue;
  forEachLine(file, (text, line) => {
    const code = text.replace(/\/\/.*$|^\s*\*.*$/, '');
    // The face for ES modules requires what is beside it, and nothing else.
    const isFace = /^lib\/(\w+\/)?index\.mjs$/.test(file) && /'\.\/index\.js'|^import/.test(code);
    if (!isFace && /\.node['"`]|process\.dlopen|createRequire/.test(code)) {
      report(file, line, 'loads a native binary', 'only lib/native.ts does');
    }
  });
}

for (const file of listFiles(
  ['test/js', 'test/types', 'examples', 'bench/node'],
  ['.ts', '.mts', '.cts', '.js', '.mjs'],
)) {
  checkModules(file, (specifier, line) => {
    if (/^\.\.?\/(.*\/)?(dist|lib|build|types|binding)(\/|$)/.test(specifier)) {
      report(
        file,
        line,
        `imports ${specifier}`,
        'what a user cannot reach is not used here either: import escher-execution-engine',
      );
    }
  });
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
  console.error(`check-direction: ${findings.length} against the direction (docs/architecture.md)`);
  process.exit(1);
}
