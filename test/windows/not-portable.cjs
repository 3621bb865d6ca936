// The tests of test/js that run under Wine (portable.cjs), and those of their cases that do not, with the reasons.

/** Files whose names match are run: tests of one unit. */
exports.PORTABLE = /\.unit\.test\.ts$/;

const SHELL = 'its commands are written for /bin/sh, and print the umask and the limits of a process';

/** By the beginning of the name of a case, as portable.cjs prints it. */
exports.NOT_PORTABLE = {
  'bullmq/stored-data.unit.test.js: the ledger refuses a directory with mode':
    'Windows has no modes of directories',
  'core/fields/pollution.unit.test.js: a field of a request or a configuration on Object.prototype changes':
    SHELL,
  'core/fields/pollution.unit.test.js: a field of a result on Object.prototype changes': SHELL,
  'core/fields/pollution.unit.test.js: an option, a descriptor or an index on Object.prototype changes':
    SHELL,
};
