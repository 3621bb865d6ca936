// Records the example manager and takes its screenshots for docs/: node tools/manager-pictures.mjs. Needs a built package,
// Chromium, python3 and the AWS CLI.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { ExecutionEngine } from '../dist/index.mjs';
import { inRoot } from './lib/paths.mjs';
import { launchBrowser, openConsolePage, savePicture } from './lib/pictures.mjs';

const manager = 'examples/manager/main.mjs';
const recording = 'examples/manager/recording.cast';
// The page shows this path, so it has a neutral name.
const place = path.join(tmpdir(), 'project');
const width = 100;

await record();
const browser = await launchBrowser();
try {
  await takeTerminal();
  await takePage();
} finally {
  await browser.close();
}

async function record() {
  rmSync(inRoot(recording), { force: true });
  const engine = new ExecutionEngine();
  const command = { type: 'exec', program: process.execPath, args: [manager] };
  const pty = { cols: width, rows: 40 };
  await engine.run(
    { command, pty, workingDir: inRoot(), recordPath: inRoot(recording) },
    { reject: true },
  );
  await engine.shutdown();
}

/** The output of the recording, as a terminal shows it. */
async function takeTerminal() {
  const [, ...events] = readFileSync(inRoot(recording), 'utf8').trimEnd().split('\n');
  const text = events
    .map((line) => JSON.parse(line))
    .filter(([, kind]) => kind === 'o')
    .map(([, , data]) => data)
    .join('');
  const page = await browser.newPage({ viewport: { width: 1120, height: 1000 } });
  await page.setContent('<body style="margin:0;background:#101418"><div id="screen"></div>');
  await page.addStyleTag({ path: inRoot('node_modules/@xterm/xterm/css/xterm.css') });
  await page.addScriptTag({ path: inRoot('node_modules/@xterm/xterm/lib/xterm.js') });
  await page.evaluate(showText, { text, width, rows: text.split('\n').length });
  await page.waitForTimeout(500);
  await savePicture(page.locator('#screen'), 'manager-terminal');
}

/** Runs in the page. */
function showText({ text, width: cols, rows }) {
  return new Promise((resolve) => {
    const theme = { background: '#101418', cursor: '#101418' };
    const terminal = new globalThis.Terminal({ cols, rows, theme, fontSize: 12 });
    terminal.open(globalThis.document.getElementById('screen'));
    terminal.write(text, resolve);
  });
}

/** A step of a plan while it runs. */
async function takePage() {
  mkdirSync(place);
  symlinkSync(inRoot('examples'), path.join(place, 'examples'));
  const playbook = 'examples/manager/release.json';
  const slower = ['--set', 'pause=1.5', '--set', 'servers=5'];
  const child = spawn(process.execPath, [manager, playbook, '--console', ...slower], {
    cwd: place,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const [url] = await Promise.race([once(lines, 'line'), once(lines, 'close')]);
  const page = await openConsolePage(browser, url, {
    colorScheme: 'light',
    viewport: { width: 1120, height: 760 },
  });
  await page.locator('.item', { hasText: 'terraform apply' }).click();
  await page.locator('.xterm-rows', { hasText: 'Creating...' }).waitFor();
  await page.waitForTimeout(4000);
  await savePicture(page, 'manager-page');
  await once(child, 'close');
  rmSync(place, { recursive: true });
}
