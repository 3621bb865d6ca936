// Screenshots for docs/, taken with Chromium (CHROMIUM_PATH, or /usr/bin/chromium).
import { mkdirSync, statSync } from 'node:fs';
import process from 'node:process';
import { chromium } from 'playwright-core';
import { inRoot } from './paths.mjs';

const FOLDER = 'docs/images';
/** A picture is part of the package. */
const MAX_BYTES = 150_000;

export const launchBrowser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });

/** The page of a console. */
export async function openConsolePage(browser, url, options) {
  const page = await browser.newPage({ viewport: { width: 1120, height: 620 }, ...options });
  await page.goto(url);
  await page.locator('#connection[data-state=open]').waitFor();
  return page;
}

/** `shown`: a page, or a part of one. */
export async function savePicture(shown, name) {
  const file = `${FOLDER}/${name}.png`;
  mkdirSync(inRoot(FOLDER), { recursive: true });
  await shown.screenshot({ path: inRoot(file) });
  const { size } = statSync(inRoot(file));
  console.log(`${file}: ${Math.round(size / 1000)} kB`);
  if (size > MAX_BYTES) throw new Error(`${file} is larger than ${MAX_BYTES} bytes`);
}
