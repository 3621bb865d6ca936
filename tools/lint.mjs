// All static checks: node tools/lint.mjs [--fix] [name ...]. Every check runs, even after one has failed. With --fix it
// formats the sources instead.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { listFiles } from './lib/files.mjs';
import { bin } from './lib/paths.mjs';
import { Report } from './lib/report.mjs';
import { must, mustBin, succeeds } from './lib/run.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { fix: { type: 'boolean', default: false } },
});
const cpp = listFiles(
  ['src', 'binding', 'test/cpp', 'test/fuzz', 'bench/cpp', 'cmake'],
  ['.cpp', '.hpp', '.inl', '.h'],
);
const node = process.execPath;
const checks = {
  direction: [node, 'tools/check-direction.mjs'],
  fields: [node, 'tools/check-fields.mjs'],
  prose: [node, 'tools/check-prose.mjs'],
  links: [node, 'tools/check-links.mjs'],
  coverage: [node, 'tools/check-coverage.mjs'],
  'API reference': [node, 'tools/typedoc/api-docs.mjs', '--check'],
  platforms: [node, 'tools/platform-table.mjs', '--check'],
  figures: [node, 'bench/node/readme.mjs', '--check'],
  'shell syntax': ['bash', '-n', 'tools/setup'],
  '.ci/run': ['bash', '-n', '.ci/run'],
  biome: [bin('biome'), 'check', '--error-on-warnings', '--no-errors-on-unmatched'],
  'clang-format': ['clang-format', '--dry-run', '--Werror', ...cpp],
  'clang-tidy': [node, 'tools/build-native.mjs', 'tidy'],
};

if (values.fix) {
  mustBin('biome', ['check', '--write', '--no-errors-on-unmatched']);
  must('clang-format', ['-i', ...cpp]);
} else {
  const report = new Report('lint');
  for (const [name, [program, ...args]] of Object.entries(checks)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    await report.check(name, () => succeeds(program, args));
  }
  report.end();
}
