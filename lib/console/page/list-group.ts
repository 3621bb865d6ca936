/** A group of the list: its title, its items, and an entry that shows more of them. The number of items is bounded. */

import { createElement, setText } from './dom';
import { count } from './format';

/** Items that a group shows at first, and that each use of its last entry adds. */
export const CHUNK = 200;

export class ListGroup {
  readonly element: HTMLElement;
  /** At the end, if there are more items than are shown. It can be selected like an item. */
  readonly #more = createElement('div', 'more');
  readonly #count = createElement('span');
  readonly #note = createElement('span', 'note');
  #limit = CHUNK;

  constructor(name: string, title: string) {
    const heading = createElement('span', '', title, ' ', this.#note);
    const head = createElement('div', 'group-title', heading, this.#count);
    head.id = `group-${name}`;
    this.element = createElement('div', 'group', head);
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-labelledby', head.id);
    this.#more.dataset.more = name;
    this.#more.setAttribute('role', 'option');
    this.#more.tabIndex = -1;
  }

  /** Beside the title. */
  set note(text: string) {
    setText(this.#note, text);
  }

  showMore(): void {
    this.#limit += CHUNK;
  }

  reset(): void {
    this.#limit = CHUNK;
  }

  /** The rows to show: the first ones, and the selected one. */
  shown<T extends { id: string }>(rows: readonly T[], selected: string | undefined): T[] {
    if (rows.length <= this.#limit) return [...rows];
    const first = rows.slice(0, this.#limit);
    const other = rows.slice(this.#limit).find(({ id }) => id === selected);
    return other === undefined ? first : [...first, other];
  }

  /** Moves only the items that are not in place. `total`: with those that are not shown. */
  arrange(items: readonly HTMLElement[], total: number): void {
    this.element.dataset.count = String(total);
    setText(this.#count, count(total));
    let before: Element | null = this.element.firstElementChild;
    for (const item of items) {
      const next: Element | null = before?.nextElementSibling ?? null;
      if (next !== item) this.element.insertBefore(item, next);
      before = item;
    }
    this.#arrangeMore(total - items.length);
  }

  #arrangeMore(hidden: number): void {
    if (hidden <= 0) {
      this.#more.remove();
      return;
    }
    const text = `${count(hidden)} more: show ${count(Math.min(hidden, CHUNK))}`;
    setText(this.#more, text);
    if (this.element.lastElementChild !== this.#more) this.element.append(this.#more);
  }
}
