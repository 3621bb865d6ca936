// The same functions for ES modules: one copy of the package, however it is loaded.
import console from './serve.js';

export const { serveConsole } = console;
