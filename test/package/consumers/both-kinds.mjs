// A user program with the package as both kinds of module, for bundlers that follow both.
import { ExecutionEngine, ExecutionError } from 'escher-execution-engine';

const required = require('escher-execution-engine');
if (required.ExecutionEngine !== ExecutionEngine || required.ExecutionError !== ExecutionError) {
  throw new Error('`import` and `require` have classes of their own');
}
console.log('bundled');
