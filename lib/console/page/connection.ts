/** Shows the state of the connection to the server. */

import type { Announcer } from './announcer';
import { byId, setText } from './dom';
import { showLinkForm } from './link-form';
import type { Connection, Store } from './store';

const TEXTS: Record<Connection, string> = {
  connecting: 'Connecting',
  open: 'Connected',
  lost: 'Connection lost, reconnecting',
  closed: 'The console has ended; this is its last state',
  rejected: 'Access denied',
};

const WRONG_LINK =
  'This is not the link of the running console. Paste the link that its terminal shows.';

export function renderConnection({ connection, error, cwd }: Store, announcer: Announcer): void {
  const text = (connection === 'lost' && error?.message) || TEXTS[connection];
  const element = byId('connection');
  const isNew = element.dataset.state !== connection;
  element.dataset.state = connection;
  setText(byId('connection-text'), text);
  setText(byId('place'), cwd);
  if (connection === 'rejected') showLinkForm(WRONG_LINK);
  else if (isNew && connection !== 'open') announcer.announce(text);
}
