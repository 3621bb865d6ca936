/** Who may ask: pages of the app in the main frame of their window. */

import type { ElectronFrame, ElectronIpcEvent, PageSender } from '../../types/electron';
import { denied } from './errors';
import type { Settings } from './options';

/** Throws `ERR_ACCESS_DENIED` for everybody else. Only within the turn that delivered the event. */
export function checkedSender(event: ElectronIpcEvent, settings: Settings): PageSender {
  const url = urlOf(event.senderFrame);
  if (url === undefined) throw denied('Only the main frame of a window may use the engine');
  const sender = { webContents: event.sender, url, origin: originOf(url) };
  if (!mayAsk(sender, settings)) {
    throw denied(
      `Pages of '${sender.origin}' may not use the engine; "origins" of exposeEngine() names those that may`,
    );
  }
  return sender;
}

function mayAsk(sender: PageSender, { validateSender, origins }: Settings): boolean {
  if (validateSender === undefined) return origins.includes(sender.origin);
  try {
    return validateSender(sender) === true;
  } catch {
    return false;
  }
}

function urlOf(frame: ElectronFrame | null): string | undefined {
  try {
    return frame?.parent === null ? frame.url : undefined;
  } catch {
    // Electron throws for a frame that was disposed.
    return undefined;
  }
}

/** `URL.origin` is `'null'` for every scheme that is not of the web. */
function originOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
