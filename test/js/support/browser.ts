import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A Chromium of this machine: `CHROMIUM_PATH`, or the first in the PATH. None is ever fetched. */
export const chromiumPath: string | undefined = [
  process.env.CHROMIUM_PATH ?? '',
  ...NAMES.flatMap((name) =>
    ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)].map((dir) => join(dir, name)),
  ),
].find((path) => path !== '' && isProgram(path));

/** Tests that need a browser; without one they are skipped, and their name says why. */
export const describeInBrowser = (name: string, tests: () => void): void => {
  if (chromiumPath !== undefined) describe(name, tests);
  else describe.skip(`${name} (skipped: no Chromium here, see CHROMIUM_PATH)`, tests);
};

let browser: Browser | undefined;
const problems: string[] = [];
const pages: Page[] = [];

/** Console errors of a page whose server has ended or rejects requests, which some tests cause. */
const EXPECTED = /Failed to load resource|net::ERR_/;

/** A page in a profile of its own. Errors in it, and everything that its policy blocked, fail the test. */
export async function openPage(link: string, options: BrowserContextOptions = {}): Promise<Page> {
  browser ??= await chromium.launch({
    executablePath: chromiumPath as string,
    // In containers there is often no sandbox to be had; the pages are our own.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  page.setDefaultTimeout(30_000);
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) problems.push(message.text());
  });
  pages.push(page);
  await page.goto(link);
  return page;
}

afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.context().close()));
  expect(problems.splice(0)).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  browser = undefined;
});
