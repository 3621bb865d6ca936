// The package as a CommonJS module.
const { ExecutionEngine } = require('escher-execution-engine');
const { check } = require('./check.cjs');

check('require', ExecutionEngine);
