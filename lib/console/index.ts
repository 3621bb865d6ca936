/** What the subcommand `console` uses of the console. Not public. */

export { consoleEngineConfig, SHUTDOWN_GRACE_MS } from './server/engine-config';
export { type ConsoleOptions, ConsoleServer } from './server/server';
