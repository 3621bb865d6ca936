// The tests of test/js that run under Wine (portable.cjs), and those of their cases that do not, with the reasons.

/** Files whose names match are run: tests of one unit. */
exports.PORTABLE = /\.unit\.test\.ts$/;

const NO_ENGINE = 'it runs commands or reads defaults: test/windows/engine.test.mjs has the engine';

/** By the beginning of the name of a case, as portable.cjs prints it. */
exports.NOT_PORTABLE = {
  'cli/doctor/checks.unit.test.js: the checks of doctor shells and interpreters are searched for':
    'PATH is separated by colons',
  'bullmq/stored-data.unit.test.js: the data of a job survives JSON: paths and patterns are text':
    'a file URL without a drive',
  'bullmq/stored-data.unit.test.js: the ledger refuses a directory with mode':
    'Windows has no modes of directories',
  'electron/main/pollution.unit.test.js: ': NO_ENGINE,
  'bridge/wire/pollution.unit.test.js: ': NO_ENGINE,
  'core/fields/pollution.unit.test.js: ': NO_ENGINE,
  'core/util/random-id.unit.test.js: the ids of an engine': NO_ENGINE,
  'core/execution/results.unit.test.js: ': NO_ENGINE,
};
