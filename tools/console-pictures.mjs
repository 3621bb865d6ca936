// Takes the screenshots of the console for docs/: node tools/console-pictures.mjs. Needs a built package and Chromium
// (CHROMIUM_PATH, or /usr/bin/chromium).
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from 'playwright-core';
import { inRoot } from './lib/paths.mjs';

const target = 'docs/images';
const most = 150_000;

// Programs with realistic output.
const green = String.raw`\033[32m`;
const grey = String.raw`\033[90m`;
const off = String.raw`\033[0m`;
const programs = {
  'run-tests': `for i in $(seq 1 300); do printf '${green}PASS${off} test/unit/case-%03d.test.ts ${grey}(%d ms)${off}\\n' $i $((i * 37 % 90 + 4)); [ $((i % 9)) = 0 ] && echo "warning: case $i is slow" >&2; sleep 0.04; done`,
  build: '(while :; do :; done) & sleep 90',
  serve: 'for i in $(seq 900); do echo "GET /health 200 $i"; sleep 0.1; done',
  lint: 'sleep 90',
  audit: 'echo "3 vulnerabilities" >&2; exit 1',
  deploy: 'sleep 1; echo deployed',
};
const commands = [
  'git --version',
  './audit --level high',
  './deploy staging',
  './build --release',
  './serve --port 8080 | grep health',
  './lint src',
  './run-tests --coverage',
  './lint test',
  './deploy production',
];

// The pictures show this path, so it has a neutral name.
const place = path.join(tmpdir(), 'project');
mkdirSync(place);
for (const [name, body] of Object.entries(programs)) {
  writeFileSync(path.join(place, name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
}
const server = spawn(
  process.execPath,
  [inRoot('dist/cli/main.js'), 'console', '--concurrency', '4', '--cwd', place],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

try {
  const link = await new Promise((resolve) => {
    server.stdout.once('data', (data) => resolve(String(data).trim()));
  });
  await takeAll(link);
} finally {
  await browser.close();
  // The second signal makes it exit immediately.
  server.kill('SIGINT');
  server.kill('SIGTERM');
  rmSync(place, { recursive: true });
}

async function takeAll(link) {
  mkdirSync(inRoot(target), { recursive: true });
  const page = await open(link, { colorScheme: 'light' });
  for (const command of commands) {
    await page.fill('#command', command);
    await page.press('#command', 'Enter');
    await page.locator('#detail-command', { hasText: command.slice(0, 30) }).waitFor();
    await page.waitForTimeout(700);
  }
  await page.locator('.item', { hasText: 'run-tests' }).click();
  await page.waitForTimeout(2500);
  await take(page, 'light');
  const dark = await open(link, { colorScheme: 'dark' });
  await dark.locator('.item', { hasText: 'run-tests' }).click();
  await dark.fill('#search', 'slow');
  await dark.waitForTimeout(1500);
  await take(dark, 'dark');
  const narrow = await open(link, { colorScheme: 'light', viewport: { width: 390, height: 760 } });
  await narrow.waitForTimeout(1500);
  await take(narrow, 'narrow');
}

async function open(link, options) {
  const page = await browser.newPage({ viewport: { width: 1120, height: 620 }, ...options });
  await page.goto(link);
  await page.locator('#connection[data-state=open]').waitFor();
  return page;
}

async function take(page, name) {
  const file = `${target}/console-${name}.png`;
  await page.screenshot({ path: inRoot(file) });
  const { size } = statSync(inRoot(file));
  console.log(`${file}: ${Math.round(size / 1000)} kB`);
  if (size > most) throw new Error(`${file} is larger than ${most} bytes`);
}
