import type { ExecutionEngineApi } from 'escher-execution-engine';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { openPage } from './browser';
import { type ConsoleClient, type ConsoleProcess, startConsole } from './console';
import { ServedConsole } from './served-console';

/** The page of a console, and the actions of its user. */
export class ConsolePage<Server extends ConsoleClient = ConsoleProcess> {
  readonly page: Page;
  readonly server: Server;

  constructor(page: Page, server: Server) {
    this.page = page;
    this.server = server;
  }

  /** Enters a command and runs it. */
  async run(command: string): Promise<void> {
    await this.page.fill('#command', command);
    await this.page.press('#command', 'Enter');
    await this.page.locator('#detail-command', { hasText: command.trim() }).waitFor();
  }

  /** The badge of the selected execution. */
  async status(name: string): Promise<void> {
    await this.page.locator('#badge', { hasText: name }).waitFor();
  }

  /** Waits until the terminal shows the text. */
  async sees(text: string): Promise<void> {
    await this.page.locator('.xterm-rows', { hasText: text }).waitFor();
  }

  /** Loads the page again, after which the output of an execution that has ended is filled in once, without gaps. */
  async reopen(command: string): Promise<void> {
    await this.page.reload();
    await this.open(command);
  }

  /** The visible lines of the terminal. */
  screen(): Promise<string[]> {
    return this.page.evaluate(
      "[...document.querySelectorAll('.xterm-rows > div')].map((row) => row.textContent.trimEnd())",
    );
  }

  item(command: string) {
    return this.page.locator('.item', { hasText: command });
  }

  /** The commands in the list, from top to bottom. */
  items(): Promise<string[]> {
    return this.page.locator('.item .command').allTextContents();
  }

  /** Selects the execution of that command, and waits for its values. */
  async open(command: string): Promise<void> {
    await this.item(command).click();
    await this.page.locator('#detail-command', { hasText: command }).waitFor();
  }

  focused(): Promise<string> {
    return this.page.evaluate('document.activeElement.id || document.activeElement.className');
  }

  async evaluate<T>(script: string): Promise<T> {
    return (await this.page.evaluate(script)) as T;
  }
}

export async function openConsole(
  options: BrowserContextOptions = {},
  args: string[] = [],
  nodeArgs: string[] = [],
): Promise<ConsolePage> {
  const server = await startConsole(args, nodeArgs).listening();
  const page = await openPage(server.link, options);
  await page.locator('#connection[data-state=open]').waitFor();
  return new ConsolePage(page, server);
}

/** The page of an engine of this process. */
export async function openServed(
  engine: ExecutionEngineApi,
  options: BrowserContextOptions = {},
): Promise<ConsolePage<ServedConsole>> {
  const server = await ServedConsole.of(engine);
  const page = await openPage(server.link, options);
  await page.locator('#connection[data-state=open]').waitFor();
  return new ConsolePage(page, server);
}
