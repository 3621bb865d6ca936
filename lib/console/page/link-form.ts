/** The form for the link, shown when the page has no token or a wrong one. */

import { byId, setText } from './dom';
import { takeToken } from './token';

export function setUpLinkForm(): void {
  byId('link-form').addEventListener('submit', (event) => {
    event.preventDefault();
    if (takeToken(byId<HTMLInputElement>('link-field').value)) location.reload();
    else setText(byId('link-text'), 'This link contains no token. It must end with #token=…');
  });
}

export function showLinkForm(text?: string): void {
  if (text !== undefined) setText(byId('link-text'), text);
  byId('link-panel').hidden = false;
  byId('panes').hidden = true;
  byId('link-field').focus();
}
