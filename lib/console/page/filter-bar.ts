/** Above the list: which executions it shows, and the button that forgets the finished ones. */

import type { Announcer } from './announce';
import { api } from './api';
import { byId } from './dom';
import { count } from './format';
import type { ExecutionList, Filter } from './list';
import { remember, remembered } from './settings';

export function setUpFilterBar(list: ExecutionList, announcer: Announcer): void {
  const text = byId<HTMLInputElement>('filter');
  const radios = [...byId('filter-status').querySelectorAll<HTMLInputElement>('input')];
  text.value = remembered('filter.text') ?? '';
  const status = remembered('filter.status') ?? 'all';
  for (const radio of radios) radio.checked = radio.value === status;

  const apply = () => {
    const chosen = radios.find(({ checked }) => checked)?.value ?? 'all';
    list.filter = { text: text.value.trim(), status: chosen as Filter['status'] };
    remember('filter.text', text.value);
    remember('filter.status', chosen);
    list.render();
  };
  text.addEventListener('input', apply);
  byId('filter-status').addEventListener('change', apply);
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    list.focus();
  });
  apply();

  byId('clear').addEventListener('click', () => {
    api.clear().then(
      ({ removed }) => announcer.say(`${count(removed)} executions forgotten`),
      (error: Error) => announcer.say(error.message),
    );
  });
}
