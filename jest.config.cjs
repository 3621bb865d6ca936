// The tests are compiled by tsc (tools/test-js.mjs), so Jest transforms nothing.
module.exports = {
  roots: ['<rootDir>/build/test-js'],
  testMatch: ['**/*.test.js'],
  transform: {},
  testEnvironment: 'node',
  testTimeout: 30_000,
  // One suite at a time, for the tests that measure time; the limit makes Jest run it in a process of its own, so that
  // a crash of the addon is one failed suite and not the end of Jest.
  maxWorkers: 1,
  workerIdleMemoryLimit: '4GB',
};
