/**
 * The token is in the fragment of the link, which browsers never send, and is stored for this tab. Cookies ignore
 * ports: all servers of the machine would receive one.
 */

import { readTabValue, storeTabValue } from './settings';

const KEY = 'token';

export const token = (): string | null => readTabValue(KEY);

/** Stores the token of a link. Returns `false` if the link contains none. */
export function takeToken(link: string): boolean {
  const [, found] = /#token=([\w-]+)$/.exec(link.trim()) ?? [];
  if (found === undefined) return false;
  storeTabValue(KEY, found);
  return true;
}

/** Also removes the token from the address, and so from the history of the browser. */
export function takeTokenFromAddress(): void {
  if (takeToken(location.hash)) history.replaceState(null, '', location.pathname);
}
