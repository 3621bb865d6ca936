// Builds and runs the C++ benchmarks: node tools/bench-cpp.mjs [--smoke] [options of Google Benchmark]
import process from 'node:process';
import { listFiles } from './lib/files.mjs';
import { inRoot } from './lib/paths.mjs';
import { must } from './lib/run.mjs';

const options = process.argv.slice(2).filter((option) => option !== '--smoke');
const smoke = process.argv.includes('--smoke') ? ['--benchmark_min_time=0.01'] : [];

if (listFiles(['bench/cpp'], ['.cpp']).length > 0) {
  must(process.execPath, ['tools/build-native.mjs', 'bench']);
  must(inRoot('build/release/engine_bench'), [...smoke, ...options]);
}
