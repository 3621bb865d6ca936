/**
 * A process of its own, since it would stand still if the main process of an app did: a page that
 * cannot be sent to any more in the middle of a flood. Prints what the main process does then.
 */

import { MessageChannel } from 'node:worker_threads';
import { ExecutionEngine } from 'escher-execution-engine';
import { exposeEngine } from 'escher-execution-engine/electron';
import { FakeIpcMain, FakeWebContents } from './electron-ipc';

/** Takes nothing that it is sent, and says in one way or the other that its page is gone. */
class GoneWebContents extends FakeWebContents {
  readonly #way: string | undefined;
  isGone = false;
  attempts = 0;

  constructor(ipcMain: FakeIpcMain, way: string | undefined) {
    super(ipcMain, new MessageChannel().port1, 'file:///app/index.html');
    this.#way = way;
  }

  override isDestroyed(): boolean {
    return this.isGone && this.#way === 'destroyed';
  }

  override send(): void {
    if (!this.isGone) return;
    this.attempts++;
    throw new Error('Render frame was disposed before WebFrameMain could be accessed');
  }
}

async function main([way, maxBytesInFlight]: string[]): Promise<void> {
  const engine = new ExecutionEngine();
  const ipcMain = new FakeIpcMain();
  const webContents = new GoneWebContents(ipcMain, way);
  exposeEngine(engine, {
    ipcMain,
    authorize: () => true,
    access: 'all',
    cancelWith: 'window',
    maxBytesInFlight: Number(maxBytesInFlight),
  });
  const ask = async (method: string, ...args: unknown[]) => {
    const call = { page: 'p', method, args };
    const reply = webContents.arrive('execution-engine:call', [call], webContents.mainFrame);
    return (await reply) as { value?: string; error?: { code: string } };
  };
  const command = (program: string, ...args: string[]) => ({
    command: { type: 'exec', program, args },
  });

  await ask('subscribeAll');
  await ask('listenToLines');
  const { value: other = '' } = await ask('execute', command('sleep', '60'));
  const { value: flood = '' } = await ask('run', command('seq', '1', '1000000'), 1, true);
  webContents.isGone = true;
  // Its events are sent whatever the room is.
  await ask('execute', command('true'));
  const { status, stdoutBytes } = await engine.waitForCompletion(flood);
  const listeners = engine.listenerCount('output') + engine.listenerCount('settled');
  const refused = (await ask('watch', other, 2, true)).error?.code;
  const running = await engine.getStatus(other);
  // Comes late, and is still acted upon.
  webContents.emit('render-process-gone');
  const last = (await engine.waitForCompletion(other)).status;
  const { attempts } = webContents;
  console.log(JSON.stringify({ status, stdoutBytes, listeners, refused, running, last, attempts }));
  await engine.shutdown({ graceMs: 0 });
  process.exit();
}

void main(process.argv.slice(2));
