/** The entry point `escher-execution-engine/console`: the page of the console for an engine of the caller. */

import { statSync } from 'node:fs';
import type { ExecutionEngineApi } from '../../types/api';
import type { ServeConsoleOptions, ServedConsole } from '../../types/console';
import {
  asBoolean,
  asInteger,
  asObject,
  asOneOf,
  asPath,
  optional,
  outOfRange,
  ownFields,
  shortened,
  wrongType,
  wrongValue,
} from '../core/index';
import { type ConsoleOptions, ConsoleServer } from './index';

export type { ServeConsoleOptions, ServedConsole } from '../../types/console';

const HOSTS = ['127.0.0.1', '::1'] as const;

/**
 * Serves the page of the console for an engine, to browsers on this machine. It shows all executions of the engine, with the
 * `source` and the tags of their metadata, those that it has already included, and starts and ends commands. Works with
 * every engine: one of this process, or the client of a bridge.
 *
 * Only requests with the token of the link are accepted. The page receives the lines of all executions, as a listener for
 * `output` does. What it removes from its lists stays in the engine. Call `close()` before `shutdown()`.
 *
 * @throws `TypeError`, `RangeError`; the error of the system if the port is not available
 * @example
 * ```ts
 * const { url, close } = await serveConsole(engine, { port: 8080 });
 * console.log(url);
 * ```
 */
export async function serveConsole(
  engine: ExecutionEngineApi,
  options?: ServeConsoleOptions,
): Promise<ServedConsole> {
  const server = new ConsoleServer(asEngine(engine), checkedOptions(options));
  try {
    await server.listen();
    await server.adopt();
  } catch (error) {
    await server.close();
    throw error;
  }
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= server.close();
    return closed;
  };
  return { url: server.link, close, [Symbol.asyncDispose]: close };
}

function checkedOptions(given: unknown): ConsoleOptions {
  const known = ['host', 'port', 'cwd', 'allowProgressPatterns'];
  const { host, port, cwd, allowProgressPatterns } = ownFields('options', given, known);
  return {
    host: host === undefined ? '127.0.0.1' : asOneOf('options.host', host, HOSTS),
    port: optional(asPort, 'options.port', port) ?? 0,
    cwd: optional(asDirectory, 'options.cwd', cwd) ?? process.cwd(),
    allowProgressPatterns:
      optional(asBoolean, 'options.allowProgressPatterns', allowProgressPatterns) ?? false,
    adopts: true,
  };
}

function asDirectory(name: string, value: unknown): string {
  const path = asPath(name, value);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw wrongValue(name, `must be a directory. Received '${shortened(path)}'`);
}

function asPort(name: string, value: unknown): number {
  const port = asInteger(name, value, 0);
  if (port > 65_535) throw outOfRange(name, '>= 0 and <= 65535', value);
  return port;
}

function asEngine(value: unknown): ExecutionEngineApi {
  const { on, off, execute, listExecutions } = asObject('engine', value);
  if ([on, off, execute, listExecutions].every((method) => typeof method === 'function'))
    return value as ExecutionEngineApi;
  throw wrongType('engine', 'an engine', value);
}
