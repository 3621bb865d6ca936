/** Tells how the page stands with its server. */

import type { Announcer } from './announce';
import { byId, setText } from './dom';
import { showGate } from './gate';
import type { Connection, Store } from './store';

const TEXTS: Record<Connection, string> = {
  connecting: 'Connecting',
  open: 'Connected',
  lost: 'Connection lost, trying again',
  closed: 'The console was ended in its terminal',
  refused: 'Refused',
};

const WRONG_LINK =
  'This link is not, or no longer, that of the console. Paste the one that its terminal shows.';

export function renderConnection({ connection, refusal, cwd }: Store, announcer: Announcer): void {
  const text = (connection === 'lost' && refusal?.message) || TEXTS[connection];
  const element = byId('connection');
  const isNew = element.dataset.state !== connection;
  element.dataset.state = connection;
  setText(byId('connection-text'), text);
  setText(byId('place'), cwd);
  if (connection === 'refused') showGate(WRONG_LINK);
  else if (isNew && connection !== 'open') announcer.say(text);
}
