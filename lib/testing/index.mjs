// The same functions for ES modules: one copy of the package, however it is loaded.
import testing from './index.js';

export const { createFakeEngine } = testing;
