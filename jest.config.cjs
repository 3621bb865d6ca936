// The tests are compiled by tsc (tools/test-js.mjs), so Jest transforms nothing.

// Suites that compare durations or load the whole machine: tools/test-js.mjs runs them one at a time, after the others.
const serial = ['core/native/big-heap', 'core/execution/stats', 'console/page/load'];

const project = {
  roots: ['<rootDir>/build/tests/test/js'],
  // What a unit of a face uses of the core is the core of the package, as in the scripts of dist/.
  moduleNameMapper: { '^(\\.\\./)+core/index$': '<rootDir>/dist/core/index.js' },
  transform: {},
  testEnvironment: 'node',
};

module.exports = {
  testTimeout: 30_000,
  projects: [
    {
      ...project,
      displayName: 'parallel',
      testMatch: ['**/*.test.js'],
      testPathIgnorePatterns: serial.map((name) => `/build/tests/test/js/${name}\\.test\\.js$`),
    },
    {
      ...project,
      displayName: 'serial',
      testMatch: serial.map((name) => `<rootDir>/build/tests/test/js/${name}.test.js`),
    },
  ],
  // With a limit Jest uses worker processes even for one worker: a crash of the addon is then one failed suite, and not
  // the end of Jest.
  workerIdleMemoryLimit: '4GB',
};
