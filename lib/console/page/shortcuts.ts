/** Keyboard shortcuts that work independently of the focus. */

import { byId, createElement } from './dom';
import { isOn } from './settings';

export interface Shortcut {
  key: string;
  description: string;
  act(): void;
}

/** In fields, keys are text. The text field of the terminal accepts none. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement) || target.closest('.screen') !== null) return false;
  if (target instanceof HTMLInputElement) return !/^(checkbox|radio)$/.test(target.type);
  return target instanceof HTMLTextAreaElement;
}

export class Shortcuts {
  readonly #actions: ReadonlyMap<string, () => void>;

  constructor(
    shortcuts: readonly Shortcut[],
    others: readonly [key: string, description: string][],
  ) {
    this.#actions = new Map(shortcuts.map(({ key, act }) => [key, act]));
    const all = [
      ...others,
      ...shortcuts.map(({ key, description }) => [key, description] as const),
    ];
    byId('shortcuts').replaceChildren(
      ...all.map(([key, description]) => createRow(key, description)),
    );
    document.addEventListener('keydown', (event) => this.#onKeydown(event));
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || byId<HTMLDialogElement>('help').open || !isOn('singleKeys'))
      return;
    const act = this.#actions.get(event.key);
    if (act === undefined) return;
    event.preventDefault();
    act();
  }
}

function createRow(keys: string, description: string): HTMLElement {
  const head = createElement('th');
  head.setAttribute('scope', 'row');
  for (const key of keys.split(' ')) head.append(createElement('kbd', '', key), ' ');
  return createElement('tr', '', head, createElement('td', '', description));
}
