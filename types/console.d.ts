/** Public contract of `escher-execution-engine/console`: the console's page for an engine of the caller. */

/** Options of `serveConsole()`. */
export interface ServeConsoleOptions {
  /**
   * The address of the server. Only the loopback interface is possible.
   * @defaultValue `'127.0.0.1'`
   */
  host?: '127.0.0.1' | '::1' | undefined;
  /**
   * The port, from 0 to 65535; 0 chooses a free one.
   * @defaultValue `0`
   */
  port?: number | undefined;
  /**
   * The working directory of commands that are started from the page.
   * @defaultValue the working directory of the process
   */
  cwd?: string | URL | undefined;
  /**
   * Whether commands that are started from the page may have a pattern for progress. Patterns are matched in this
   * process.
   * @defaultValue `false`
   */
  allowProgressPatterns?: boolean | undefined;
}

/** A page that is served, from `serveConsole()`. */
export interface ServedConsole {
  /** The link to the page, with its token. Everyone who has it can run commands as the user of this process. */
  readonly url: string;
  /** Ends the server and all connections. The engine and its executions continue. A second call returns the same promise. */
  close(): Promise<void>;
  /** {@link close}, at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
