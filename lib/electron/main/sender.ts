/** Checks the sender of a call: a page of the app in the main frame of its window. */

import type { ElectronFrame, ElectronIpcEvent } from '../../../types/electron';
import type { PageSender } from '../../../types/electron-main';
import { accessDenied } from '../page-errors';
import type { ExposeSettings } from './expose-options';

/** Throws `ERR_ACCESS_DENIED` for other senders. Valid only in the turn that delivered the event. */
export function checkedSender(event: ElectronIpcEvent, settings: ExposeSettings): PageSender {
  const url = urlOf(event.senderFrame);
  if (url === undefined) throw accessDenied('Only the main frame of a window may use the engine');
  const sender = { webContents: event.sender, url, origin: originOf(url) };
  if (!isAllowed(sender, settings)) {
    throw accessDenied(
      `Pages of '${sender.origin}' may not use the engine: it is not in "origins" of exposeEngine()`,
    );
  }
  return sender;
}

function isAllowed(sender: PageSender, { validateSender, origins }: ExposeSettings): boolean {
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
    // Electron throws for a disposed frame.
    return undefined;
  }
}

/** `URL.origin` is `'null'` for schemes such as `file:` and those of an app. */
function originOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
