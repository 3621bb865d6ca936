// The main process: one engine, one window, and a shutdown that leaves no process behind.
import { fileURLToPath } from 'node:url';
import { app, BrowserWindow, ipcMain } from 'electron';
import { ExecutionEngine } from 'escher-execution-engine';
import { exposeEngine, preloadPreferences } from 'escher-execution-engine/electron';
import { requestFor } from './commands.mjs';

// A second start of the app would create a second engine: it shows the first window instead.
if (app.requestSingleInstanceLock()) start();
else app.quit();

function start() {
  const engine = new ExecutionEngine({ maxConcurrentExecutions: 8, ansi: 'strip' });
  exposeEngine(engine, { ipcMain, authorize: requestFor, cancelWith: 'window' });

  app.whenReady().then(openWindow);
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    window?.show();
    window?.focus();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  endBeforeQuit(engine);
}

function openWindow() {
  const window = new BrowserWindow({
    width: 900,
    height: 600,
    webPreferences: { ...preloadPreferences(), sandbox: true, contextIsolation: true },
  });
  // Allow only the page of this app: any page that is loaded here could request commands.
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  window.webContents.on('will-navigate', (event) => event.preventDefault());
  window.loadFile(fileURLToPath(new URL('./page/index.html', import.meta.url)));
}

/** Ends running commands, with a grace period, before the app quits. */
function endBeforeQuit(engine) {
  let isOver = false;
  app.on('before-quit', (event) => {
    if (isOver) return;
    event.preventDefault();
    engine.shutdown({ graceMs: 2000 }).finally(() => {
      isOver = true;
      app.quit();
    });
  });
}
