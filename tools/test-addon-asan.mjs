// The addon under AddressSanitizer and UndefinedBehaviorSanitizer, inside Node: hosts of the tests, each a process of its
// own, with the sanitizer loaded ahead of Node. Leaks are not looked for: Node itself leaves memory to its end.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { inRoot } from './lib/paths.mjs';
import { must } from './lib/run.mjs';

// Arguments of each host, and the exit code that it ends with.
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
  console.log('test-addon-asan: skipped, the sanitizer is loaded by LD_PRELOAD, as Linux does');
  process.exit(0);
}
must(process.execPath, ['tools/build-native.mjs', 'asan']);
const env = {
  ...process.env,
  ESCHER_EXECUTION_ENGINE_BINARY: inRoot('build/asan/escher_execution_engine.node'),
  LD_PRELOAD: runtime('libasan.so'),
  ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
};

const failed = hosts.filter(([name, args, code]) => !passes(name, args, code));
console.log(`test-addon-asan: ${hosts.length - failed.length} of ${hosts.length} hosts passed`);
process.exitCode = failed.length > 0 ? 1 : 0;

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
  console.log(`${good ? 'passed' : 'FAILED'}  ${[name, ...args].join(' ')}`);
  if (!good) console.log(`ended with ${signal ?? status}, not ${wanted}\n${stdout}\n${stderr}`);
  return good;
}
