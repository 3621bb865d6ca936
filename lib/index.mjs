// The same classes for ESM: one copy of the package, however it is loaded. By `require`, because an `import` of CommonJS
// makes Node look through all of its text for names first, which takes twice as long as to run it.
import { createRequire } from 'node:module';

export const { ExecutionEngine, ExecutionError } = createRequire(import.meta.url)('./index.js');
