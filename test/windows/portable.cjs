// Runs compiled files of test/js in one process: node portable.cjs FILE...
//
// Jest itself starts no test within two minutes under Wine. So its parts run here without it: jest-circus, expect and
// jest-mock, with the modules of Node.js. Prints TAP for tools/test-windows.mjs.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const process = require('node:process');
const { NOT_PORTABLE } = require('./not-portable.cjs');

const root = path.resolve(__dirname, '../..');
const fromJest = Module.createRequire(require.resolve('jest'));
const circus = fromJest('jest-circus');
const { jestExpect } = fromJest('@jest/expect');
const { ModuleMocker } = fromJest('jest-mock');
const { ModernFakeTimers } = fromJest('@jest/fake-timers');

// As `moduleNameMapper` of jest.config.cjs.
const resolve = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) =>
  /^(\.\.\/)+core\/index$/.test(request)
    ? path.join(root, 'dist/core/index.js')
    : resolve(request, ...rest);

const mocker = new ModuleMocker(globalThis);
const timers = new ModernFakeTimers({
  global: globalThis,
  config: { fakeTimers: {}, rootDir: root, testPathIgnorePatterns: [] },
});
const { describe, test, it, beforeAll, beforeEach, afterAll, afterEach } = circus;
Object.assign(globalThis, { describe, test, it, beforeAll, beforeEach, afterAll, afterEach });
globalThis.expect = jestExpect;
globalThis.jest = {
  fn: mocker.fn.bind(mocker),
  spyOn: mocker.spyOn.bind(mocker),
  restoreAllMocks: () => mocker.restoreAllMocks(),
  useFakeTimers: () => timers.useFakeTimers(),
  useRealTimers: () => timers.useRealTimers(),
  advanceTimersByTime: (ms) => timers.advanceTimersByTime(ms),
  getTimerCount: () => timers.getTimerCount(),
};

let number = 0;
let currentFile;
circus.addEventHandler(({ name, test: one }) => {
  if (name !== 'test_start') return;
  if (!isPortable(nameOf(currentFile, titlesOf(one)))) one.mode = 'skip';
});
main();

async function main() {
  const files = process.argv.slice(2);
  for (const file of files) await runFile(file);
  print(`1..${number}`);
  process.exit(0);
}

async function runFile(file) {
  currentFile = file;
  circus.resetState();
  circus.getState().testTimeout = 30_000;
  try {
    require(path.join(root, 'build/tests/test/js', file));
  } catch (error) {
    report(`${file}: the file is loaded`, [error]);
    return;
  }
  const { testResults } = await circus.run();
  for (const { testPath, status, errors } of testResults) {
    report(nameOf(file, testPath.slice(1)), errors, status);
  }
  for (const name of Object.keys(require.cache)) {
    if (name.includes(`${path.sep}build${path.sep}tests${path.sep}`)) delete require.cache[name];
  }
}

/** The titles of the blocks around a test, and its own. */
function titlesOf({ name, parent }) {
  return parent === undefined ? [] : [...titlesOf(parent), name];
}

const nameOf = (file, titles) => `${file}: ${titles.join(' ')}`.replaceAll('\n', ' ');

const isPortable = (name) =>
  process.platform !== 'win32' ||
  !Object.keys(NOT_PORTABLE).some((beginning) => name.startsWith(beginning));

function report(name, errors, status) {
  number += 1;
  const failed = errors.length > 0;
  print(`${failed ? 'not ok' : 'ok'} ${number} - ${name}${status === 'skip' ? ' # SKIP' : ''}`);
  for (const error of errors) print(`  ${String(error?.stack ?? error).replaceAll('\n', '\n  ')}`);
}

/** To a file, at once: what is buffered would be lost if the process crashed. */
function print(text) {
  fs.writeSync(1, `${text}\n`);
}
