/**
 * Opens the page in the browser of the desktop. The link is passed in a private file, because every user of the machine
 * can read the arguments of a process.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer.exe' };

/** The file is removed when this process exits. `onFailure` receives the reason when no browser was opened. */
export function openInBrowser(link: string, onFailure: (reason: string) => void): void {
  const dir = mkdtempSync(path.join(tmpdir(), 'escher-console-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const file = path.join(dir, 'open.html');
  const page = `<!doctype html><meta http-equiv="refresh" content="0;url=${link}"><a href="${link}">Console</a>\n`;
  writeFileSync(file, page, { mode: 0o600 });
  const opener = OPENERS[process.platform] ?? 'xdg-open';
  const child = spawn(opener, [file], { stdio: 'ignore', detached: true });
  child.once('error', (error) => onFailure(error.message));
  child.once('exit', (code) => {
    // explorer.exe returns 1 on success too.
    if (code !== 0 && process.platform !== 'win32') onFailure(`${opener} exited with code ${code}`);
  });
  child.unref();
}
