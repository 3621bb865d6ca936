// The same functions for ES modules: one copy of the package, however it is loaded.
import plan from './index.js';

export const { executePlan, retry } = plan;
