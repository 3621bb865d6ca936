// The same functions for ES modules: one copy of the package, however it is loaded.
import opentelemetry from './index.js';

export const { instrument } = opentelemetry;
