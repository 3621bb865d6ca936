/** The filter of the list, and the button that removes finished executions. */

import type { Announcer } from './announcer';
import { api } from './api';
import { byId } from './dom';
import { count } from './format';
import type { ExecutionList, Filter } from './list';
import { readTabValue, storeTabValue } from './settings';

/** So that a screen reader is not interrupted by each letter. */
const ANNOUNCE_DELAY_MS = 800;

export function setUpFilterBar(list: ExecutionList, announcer: Announcer): void {
  const text = byId<HTMLInputElement>('filter');
  const radios = [...byId('filter-status').querySelectorAll<HTMLInputElement>('input')];
  text.value = readTabValue('filter.text') ?? '';
  const status = readTabValue('filter.status') ?? 'all';
  for (const radio of radios) radio.checked = radio.value === status;

  let announcement: number | undefined;
  const apply = () => {
    const chosen = radios.find(({ checked }) => checked)?.value ?? 'all';
    list.filter = { text: text.value.trim(), status: chosen as Filter['status'] };
    storeTabValue('filter.text', text.value);
    storeTabValue('filter.status', chosen);
    list.render();
    clearTimeout(announcement);
    announcement = window.setTimeout(() => announceMatches(list, announcer), ANNOUNCE_DELAY_MS);
  };
  text.addEventListener('input', apply);
  byId('filter-status').addEventListener('change', apply);
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    list.focus();
  });
  apply();
  clearTimeout(announcement);

  byId('clear').addEventListener('click', () => {
    api.clear().then(
      ({ removed }) => announcer.announce(`${count(removed)} executions removed`),
      (error: Error) => announcer.announce(error.message),
    );
  });
}

function announceMatches({ matches }: ExecutionList, announcer: Announcer): void {
  announcer.announce(matches === 1 ? '1 execution' : `${count(matches)} executions`);
}
