// The service for windows, and the API of a page. Checked by the compiler, never run.
import { ExecutionEngine } from 'escher-execution-engine';
import {
  type ElectronIpcMain,
  type ElectronIpcRenderer,
  type ElectronWebContents,
  exposeEngine,
  type PageError,
  type PageExecutionEngine,
  preloadPreferences,
} from 'escher-execution-engine/electron';
import { exposeInPreload } from 'escher-execution-engine/electron/preload';
import { executePlan } from 'escher-execution-engine/plan';

declare const ipcMain: ElectronIpcMain;
declare const ipcRenderer: ElectronIpcRenderer;
declare const webContents: ElectronWebContents;

const engine = new ExecutionEngine();
const exposed = exposeEngine(engine, {
  ipcMain,
  authorize: async ({ command }, { origin, webContents: { id } }) =>
    command.type === 'exec' && origin === 'app://main' && id > 0 ? { command } : false,
  allow: ['execute', 'cancel'],
});
exposed.share(engine.run({ command: { type: 'shell', command: 'true' } }), webContents);

const { preload, additionalArguments } = preloadPreferences({ key: 'jobs' });
export const preferences: { preload: string; additionalArguments: string[] } = {
  preload,
  additionalArguments,
};
exposeInPreload({ contextBridge: { exposeInMainWorld: () => undefined }, ipcRenderer });

exposeEngine(engine, { ipcMain, executePlan, maxPlans: 1, allow: ['executePlan'] });
// @ts-expect-error: pages cannot shut the engine down
exposeEngine(engine, { ipcMain, allow: ['shutdown'] });
// @ts-expect-error: nothing without an ipcMain
exposeEngine(engine, { authorize: () => true });
// @ts-expect-error: a decision is not a text
exposeEngine(engine, { ipcMain, authorize: () => 'yes' });

export async function inPage(page: PageExecutionEngine): Promise<string | undefined> {
  const off: () => void = page.on('skipped', ({ lines }) => lines + 1);
  off();
  try {
    const run = await page.run(
      { command: { type: 'exec', program: 'ls' } },
      { onOutput: ({ lines, partial }) => [lines.length, partial], onSettled: () => undefined },
    );
    const bytes = await page.getResult(run.id, { encoding: 'buffer' });
    void (bytes?.stdout satisfies Uint8Array | undefined);
    return (await run.result()).stdout;
  } catch (error) {
    return (error as PageError).reason;
  }
}

export async function planInPage(page: PageExecutionEngine): Promise<number> {
  const run = await page.executePlan(
    {
      strategy: { type: 'serial' },
      commands: [{ name: 'a', command: { type: 'exec', program: 'ls' } }],
    },
    {
      onLines: (lines) => lines.map(({ step, line }): [number, string] => [step, line]),
      onSettled: ({ stats }) => stats?.skipped,
    },
    { maxConcurrency: 2 },
  );
  // @ts-expect-error: a plan has commands
  void page.executePlan({ strategy: { type: 'serial' } });
  return (await run.result()).stats.completed;
}

// @ts-expect-error: there is no such event
export const wrong = (page: PageExecutionEngine) => page.on('exit', () => undefined);
