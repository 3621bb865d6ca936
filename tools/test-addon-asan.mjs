// The addon under AddressSanitizer and UndefinedBehaviorSanitizer, in the host programs of the tests. The sanitizer is
// preloaded into Node. Leak detection is off, because Node does not free everything at its exit.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { inRoot } from './lib/paths.mjs';
import { Report } from './lib/report.mjs';
import { must } from './lib/run.mjs';

// Each host with its arguments and its expected exit code.
const hosts = [
  ['load.cjs', ['1', '2'], 0],
  ['held-pipes.cjs', [], 0],
  ['slow-consumer.cjs', ['unread'], 0],
  ['throwing-listeners.cjs', [], 0],
  ['late-environment.cjs', [], 0],
  ...['stdout', 'output', 'started', 'settled', 'main', 'pending', 'shutdown', 'stubborn'].map(
    (moment) => ['exit.cjs', [moment], 7],
  ),
  ['exit.cjs', ['throw'], 1],
  ['workers.cjs', ['terminate', '10'], 0],
  ['workers.cjs', ['exit', '10'], 0],
];
const FINDING = /AddressSanitizer|runtime error:|SUMMARY: /;
const TIME_LIMIT_MS = 300_000;

if (process.platform !== 'linux') {
  console.log('test-addon-asan: skipped, LD_PRELOAD exists on Linux only');
  process.exit(0);
}
must(process.execPath, ['tools/build-native.mjs', 'asan', 'escher_execution_engine']);
const env = {
  ...process.env,
  ESCHER_EXECUTION_ENGINE_BINARY: inRoot('build/asan/escher_execution_engine.node'),
  LD_PRELOAD: runtime('libasan.so'),
  ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
};

const report = new Report('test-addon-asan');
for (const [name, args, code] of hosts) {
  await report.check([name, ...args].join(' '), () => passes(name, args, code));
}
report.end();

function runtime(library) {
  const { stdout } = spawnSync('g++', [`-print-file-name=${library}`], { encoding: 'utf8' });
  const file = stdout.trim();
  if (!path.isAbsolute(file)) throw new Error(`g++ has no ${library}`);
  return file;
}

function passes(name, args, wanted) {
  const script = inRoot('test/fixtures/hosts', name);
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    env,
    encoding: 'utf8',
    timeout: TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const good = status === wanted && !FINDING.test(stderr);
  if (!good) console.log(`exit ${signal ?? status}, expected ${wanted}\n${stdout}\n${stderr}`);
  return good;
}
