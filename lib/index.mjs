// The same classes for ESM: one copy of the package, however it is loaded.
import main from './index.js';

export const { ExecutionEngine, ExecutionError } = main;
