/**
 * The token comes behind the `#` of the link, which browsers send to nobody, and stays in this tab: a cookie would go to
 * every port of the machine.
 */

import { remember, remembered } from './settings';

const KEY = 'token';

export const token = (): string | null => remembered(KEY);

/** Takes the token out of a link; `false` if there is none in it. */
export function takeToken(link: string): boolean {
  const [, found] = /#token=([\w-]+)$/.exec(link.trim()) ?? [];
  if (found === undefined) return false;
  remember(KEY, found);
  return true;
}

/** The token of the address goes from the address, and so from the history and from looks over the shoulder. */
export function takeTokenFromAddress(): void {
  if (takeToken(location.hash)) history.replaceState(null, '', location.pathname);
}
