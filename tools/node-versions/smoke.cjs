// Run by run.mjs in every version: the package as a CommonJS module.
const { ExecutionEngine } = require('escher-execution-engine');
const { check } = require('./check.cjs');

check('require', ExecutionEngine);
