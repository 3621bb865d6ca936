/** Keys that do something wherever the focus is. */

import { byId, make } from './dom';
import { isOn } from './settings';

export interface Shortcut {
  key: string;
  about: string;
  act(): void;
}

/** Where keys are text. The terminal has a text field too, which takes none. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement) || target.closest('.screen') !== null) return false;
  if (target instanceof HTMLInputElement) return !/^(checkbox|radio)$/.test(target.type);
  return target instanceof HTMLTextAreaElement;
}

export class Shortcuts {
  readonly #actions: ReadonlyMap<string, () => void>;

  constructor(shortcuts: readonly Shortcut[], fixed: readonly [key: string, about: string][]) {
    this.#actions = new Map(shortcuts.map(({ key, act }) => [key, act]));
    const all = [...fixed, ...shortcuts.map(({ key, about }) => [key, about] as const)];
    byId('shortcuts').replaceChildren(...all.map(([key, about]) => rowOf(key, about)));
    document.addEventListener('keydown', (event) => this.#pressed(event));
  }

  #pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || byId<HTMLDialogElement>('help').open || !isOn('singleKeys'))
      return;
    const act = this.#actions.get(event.key);
    if (act === undefined) return;
    event.preventDefault();
    act();
  }
}

function rowOf(keys: string, about: string): HTMLElement {
  const head = make('th');
  head.setAttribute('scope', 'row');
  for (const key of keys.split(' ')) head.append(make('kbd', '', key), ' ');
  return make('tr', '', head, make('td', '', about));
}
