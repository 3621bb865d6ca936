// Takes the screenshots of the console for docs/: node tools/console-pictures.mjs. Needs a built package, Chromium
// (CHROMIUM_PATH, or /usr/bin/chromium) and python3.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serveConsole } from '../dist/console/serve.mjs';
import { ExecutionEngine } from '../dist/index.mjs';
import { launchBrowser, openConsolePage, savePicture } from './lib/pictures.mjs';

// Programs with realistic output.
const green = String.raw`\033[32m`;
const dim = String.raw`\033[2m`;
const off = String.raw`\033[0m`;
const programs = {
  'run-tests': `for i in $(seq 1 300); do printf '${green}PASS${off} test/unit/case-%03d.test.ts ${dim}(%d ms)${off}\\n' $i $((i * 37 % 90 + 4)); [ $((i % 9)) = 0 ] && echo "warning: case $i is slow" >&2; sleep 0.04; done; sleep 90`,
  build: '(while :; do :; done) & sleep 90',
  serve: 'for i in $(seq 900); do echo "GET /health 200 $i"; sleep 0.1; done',
  migrate: 'sleep 90',
  audit: 'echo "3 vulnerabilities" >&2; exit 1',
  deploy: 'sleep 1; echo deployed',
};

/** A list of servers of which some are chosen by keys. */
const pickServers = `#!/usr/bin/env python3
import curses
names = ['web-1', 'web-2', 'web-3', 'db-1', 'db-2', 'cache-1']
def main(screen):
    curses.use_default_colors()
    curses.init_pair(1, curses.COLOR_CYAN, -1)
    curses.init_pair(2, curses.COLOR_GREEN, -1)
    chosen, at = set(), 0
    while True:
        screen.erase()
        screen.addstr(0, 0, 'Servers to update', curses.A_BOLD)
        for i, name in enumerate(names):
            mark = '[x]' if i in chosen else '[ ]'
            style = curses.color_pair(1) | curses.A_BOLD if i == at else curses.color_pair(2) if i in chosen else 0
            screen.addstr(i + 2, 2, f"{'>' if i == at else ' '} {mark} {name}", style)
        screen.addstr(len(names) + 3, 0, 'Up, Down: move   Space: choose   Enter: update', curses.A_DIM)
        curses.curs_set(0)
        key = screen.getch()
        if key == curses.KEY_DOWN: at = (at + 1) % len(names)
        elif key == curses.KEY_UP: at = (at - 1) % len(names)
        elif key == 32: chosen ^= {at}
        elif key in (10, 13): return
curses.wrapper(main)
`;

const named = (source, command, more = {}, tags = {}) => ({
  command: { type: 'shell', command },
  workingDir: place,
  metadata: { source, tags },
  ...more,
});

// The pictures show this path, so it has a neutral name.
const place = path.join(tmpdir(), 'project');
mkdirSync(place);
for (const [name, body] of Object.entries(programs)) {
  writeFileSync(path.join(place, name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
}
writeFileSync(path.join(place, 'pick-servers'), pickServers, { mode: 0o755 });

const engine = new ExecutionEngine({
  maxConcurrentExecutions: 8,
  maxQueuedExecutions: 10,
  keyLimits: { 'db-1': 1 },
});
const { url, close } = await serveConsole(engine, { cwd: place });
const browser = await launchBrowser();
const open = (options) => openConsolePage(browser, url, options);
const take = (page, name) => savePicture(page, `console-${name}`);

try {
  await startAll();
  await takeAll();
} finally {
  await browser.close();
  await close();
  await engine.shutdown({ graceMs: 0 });
  rmSync(place, { recursive: true });
}

async function startAll() {
  await engine.run(named('version', 'git --version'));
  await engine.run(named('audit', './audit --level high', {}, { branch: 'main' }));
  await engine.run(named('deploy #41', './deploy staging', {}, { env: 'staging' }));
  engine.run(named('build', './build --release', {}, { branch: 'main' }));
  engine.run(named('preview', './serve --port 8080 | grep health'));
  engine.run(named('migrate', './migrate orders', { key: 'db-1' }));
  engine.run(named('migrate', './migrate customers', { key: 'db-1' }));
  engine.run(named('tests', './run-tests --coverage', {}, { branch: 'main' }));
}

async function takeAll() {
  const light = await open({ colorScheme: 'light' });
  await light.locator('.item', { hasText: 'run-tests' }).click();
  await light.waitForTimeout(4000);
  await take(light, 'light');
  const dark = await open({ colorScheme: 'dark' });
  await dark.locator('.item', { hasText: 'run-tests' }).click();
  await dark.click('#times');
  await dark.fill('#search', 'slow');
  await dark.waitForTimeout(1500);
  await take(dark, 'dark');
  const narrow = await open({ colorScheme: 'light', viewport: { width: 390, height: 760 } });
  await narrow.waitForTimeout(1500);
  await take(narrow, 'narrow');
  await takeTerminal(light);
}

async function takeTerminal(page) {
  await page.click('#start-more summary');
  await page.check('#with-terminal');
  await page.click('#start-more summary');
  await page.fill('#command', './pick-servers');
  await page.press('#command', 'Enter');
  await page.locator('.xterm-rows', { hasText: 'Servers to update' }).waitFor();
  await page.locator('.xterm-helper-textarea').focus();
  for (const key of [' ', 'ArrowDown', ' ', 'ArrowDown']) await page.keyboard.press(key);
  await page.waitForTimeout(1500);
  await take(page, 'terminal');
}
