/**
 * Opens the page in the browser of the desktop. The link goes there in a private file: arguments of programs can be read
 * by every user of the machine.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer.exe' };

/** The file goes with the process. `onFailure` is told when there is nothing to open it with. */
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
    if (code !== 0 && process.platform !== 'win32') onFailure(`${opener} ended with code ${code}`);
  });
  child.unref();
}
