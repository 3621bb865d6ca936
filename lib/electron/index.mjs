// The same code for ES modules: one copy of it, however it is loaded.
import electron from './index.js';

export const { exposeEngine, preloadPreferences } = electron;
