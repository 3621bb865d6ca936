/** What is shown to somebody who came without the link. */

import { byId, setText } from './dom';
import { takeToken } from './token';

export function setUpGate(): void {
  byId('gate-form').addEventListener('submit', (event) => {
    event.preventDefault();
    if (takeToken(byId<HTMLInputElement>('gate-link').value)) location.reload();
    else setText(byId('gate-text'), 'There is no token in that: a link ends in #token=…');
  });
}

export function showGate(text?: string): void {
  if (text !== undefined) setText(byId('gate-text'), text);
  byId('gate').hidden = false;
  byId('panes').hidden = true;
  byId('gate-link').focus();
}
