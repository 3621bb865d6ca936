// The package as an ES module.
import { ExecutionEngine } from 'escher-execution-engine';
import { check } from './check.cjs';

await check('import', ExecutionEngine);
