// The same classes for ES modules: one copy of the package, however it is loaded. By a static import, which bundlers
// follow. Node.js reads the text of this small script for names first, and not that of the core.
import engine from './index.js';

export const { ExecutionEngine, ExecutionError } = engine;
