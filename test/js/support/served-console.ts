import type { ExecutionEngineApi } from 'escher-execution-engine';
import { type ServeConsoleOptions, serveConsole } from 'escher-execution-engine/console';
import { ConsoleClient } from './console';

const open: ServedConsole[] = [];

/** The client of a page that is served in this process. It is closed with the test. */
export class ServedConsole extends ConsoleClient {
  readonly link: string;
  readonly close: () => Promise<void>;

  constructor({ url, close }: { url: string; close: () => Promise<void> }) {
    super();
    this.link = url;
    this.close = close;
  }

  static async of(
    engine: ExecutionEngineApi,
    options?: ServeConsoleOptions,
  ): Promise<ServedConsole> {
    const served = new ServedConsole(await serveConsole(engine, options));
    open.push(served);
    return served;
  }
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()));
});
