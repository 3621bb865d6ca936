/** The list of running, queued and finished executions: one list box, navigated by the arrow keys. */

import type { Row } from '../messages';
import { byId, createElement, setText } from './dom';
import { elapsed } from './format';
import { ListGroup } from './list-group';
import { ListItem } from './list-item';
import { rowFilter } from './row-filter';
import type { Store } from './store';

const GROUPS = ['running', 'queued', 'finished'] as const;
type Group = (typeof GROUPS)[number];

const TITLES: Record<Group, string> = {
  running: 'Running',
  queued: 'Queued',
  finished: 'Finished',
};

/** The height of an item, as in the style sheet. */
const ITEM_HEIGHT = 54;

export interface Filter {
  text: string;
  status: 'all' | 'active' | 'failed';
}

export class ExecutionList {
  selected: string | undefined;
  readonly #store: Store;
  readonly #onSelect: (id: string) => void;
  readonly #onOpen: (id: string) => void;
  readonly #root = byId('executions-list');
  readonly #emptyText = createElement('p', 'none');
  readonly #groups: Record<Group, ListGroup>;
  readonly #items = new Map<string, ListItem>();
  #order = '';
  #status: Filter['status'] = 'all';
  #hasWords = rowFilter('');

  /** `onSelect`: the selection has moved. `onOpen`: the execution was opened, by Enter or a click. */
  constructor(store: Store, onSelect: (id: string) => void, onOpen: (id: string) => void) {
    this.#store = store;
    this.#onSelect = onSelect;
    this.#onOpen = onOpen;
    const group = (name: Group): ListGroup => new ListGroup(name, TITLES[name]);
    this.#groups = {
      running: group('running'),
      queued: group('queued'),
      finished: group('finished'),
    };
    this.#root.append(...GROUPS.map((name) => this.#groups[name].element), this.#emptyText);
    this.#root.addEventListener('click', (event) => this.#onClick(event));
    this.#root.addEventListener('keydown', (event) => this.#onKeydown(event));
  }

  set filter({ text, status }: Filter) {
    this.#hasWords = rowFilter(text);
    this.#status = status;
    for (const group of GROUPS) this.#groups[group].reset();
  }

  /** The items, and the entries that show more of them, from top to bottom. */
  get #entries(): HTMLElement[] {
    return [...this.#root.querySelectorAll<HTMLElement>('.item, .more')];
  }

  /** Renders all changes. */
  render(): void {
    const grouped = this.#grouped();
    const shown = GROUPS.map((group) => this.#groups[group].shown(grouped[group], this.selected));
    const order = shown.map((rows) => rows.map(({ id }) => id).join()).join('|');
    const totals = GROUPS.map((group) => grouped[group].length).join();
    for (const row of shown.flat()) this.#renderItem(row);
    if (`${totals} ${order}` !== this.#order) {
      this.#order = `${totals} ${order}`;
      this.#arrange(shown, grouped);
    }
    this.#groups.queued.note = this.#store.samples.at(-1)?.paused ? '(paused)' : '';
    this.#renderSelection();
    this.#emptyText.hidden = order !== '||';
    const { size } = this.#store.rows;
    const empty = this.#store.isOpen ? 'No executions yet.' : 'No connection to the console.';
    setText(this.#emptyText, size === 0 ? empty : 'No execution matches the filter.');
  }

  /** Executions that match the filter, whether they are shown or not. */
  get matches(): number {
    return Object.values(this.#grouped()).flat().length;
  }

  /** Renders what changes with time only. */
  renderTimes(): void {
    for (const [id, { time }] of this.#items) {
      const row = this.#store.rows.get(id);
      if (row !== undefined && row.durationMs === null)
        setText(time, elapsed(row, this.#store.now()));
    }
  }

  /** Selects and focuses the execution `step` rows further down. */
  move(step: number): void {
    const entries = this.#entries;
    const last = entries.length - 1;
    const focused = entries.indexOf(document.activeElement as HTMLElement);
    const at = focused < 0 ? entries.indexOf(this.#selectedElement as HTMLElement) : focused;
    const next = at < 0 ? (step > 0 ? 0 : last) : at + step;
    this.#moveTo(entries[Math.min(last, Math.max(0, next))]);
  }

  focus(): void {
    (this.#selectedElement ?? this.#entries[0] ?? this.#root).focus();
  }

  /** `undefined` if the filter hides it. */
  get #selectedElement(): HTMLElement | undefined {
    return this.selected === undefined ? undefined : this.#items.get(this.selected)?.element;
  }

  #grouped(): Record<Group, Row[]> {
    const grouped: Record<Group, Row[]> = { running: [], queued: [], finished: [] };
    for (const row of this.#store.rows.values()) {
      if (this.#matches(row)) grouped[groupOf(row)].push(row);
    }
    grouped.running.sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0));
    grouped.finished.sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
    return grouped;
  }

  #matches(row: Row): boolean {
    const { status } = row;
    if (this.#status === 'active' && groupOf(row) === 'finished') return false;
    if (this.#status === 'failed' && status !== 'failed' && status !== 'timeout') return false;
    return this.#hasWords(row);
  }

  /** `shown`: the rows of each group that have an item. */
  #arrange(shown: readonly Row[][], grouped: Record<Group, Row[]>): void {
    const focused = document.activeElement;
    for (const [index, group] of GROUPS.entries()) {
      const rows = shown[index] ?? [];
      const items = rows.map(({ id }) => (this.#items.get(id) as ListItem).element);
      this.#groups[group].arrange(items, grouped[group].length);
    }
    const ids = new Set(shown.flat().map(({ id }) => id));
    for (const [id, { element }] of this.#items) {
      if (ids.has(id)) continue;
      element.remove();
      this.#items.delete(id);
    }
    this.#restoreFocus(focused);
  }

  /** An item that is moved loses the focus. */
  #restoreFocus(focused: Element | null): void {
    if (!(focused instanceof HTMLElement) || focused === document.activeElement) return;
    if (focused.isConnected) focused.focus({ preventScroll: true });
    else if (focused.classList.contains('item')) this.focus();
  }

  #renderItem(row: Row): void {
    const item = this.#items.get(row.id) ?? new ListItem(row);
    this.#items.set(row.id, item);
    item.render(row, this.#store.now(), this.#store.queue().reason(row));
  }

  /** Tab reaches one item: the selected one, or the first. */
  #renderSelection(): void {
    const isShown = this.#selectedElement !== undefined;
    const reachable = isShown
      ? this.selected
      : this.#root.querySelector<HTMLElement>('.item')?.dataset.id;
    for (const [id, { element }] of this.#items) {
      const isSelected = String(id === this.selected);
      if (element.getAttribute('aria-selected') !== isSelected)
        element.setAttribute('aria-selected', isSelected);
      element.tabIndex = id === reachable ? 0 : -1;
    }
  }

  #moveTo(entry: HTMLElement | undefined): void {
    const id = entry?.dataset.id;
    if (id !== undefined) this.#onSelect(id);
    entry?.focus();
  }

  #onClick(event: MouseEvent): void {
    this.#act((event.target as Element).closest<HTMLElement>('.item, .more'));
  }

  /** Opens the execution, or shows more of its group. Returns `false` for any other element. */
  #act(entry: HTMLElement | null): boolean {
    const { id, more } = entry?.dataset ?? {};
    if (id !== undefined) this.#onOpen(id);
    if (entry !== null && more !== undefined) this.#showMore(entry, more as Group);
    return id !== undefined || more !== undefined;
  }

  /** The first of the added items takes the place of the entry. */
  #showMore(entry: HTMLElement, group: Group): void {
    const at = this.#entries.indexOf(entry);
    this.#groups[group].showMore();
    this.render();
    this.#moveTo(this.#entries[at]);
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.#root.clientHeight / ITEM_HEIGHT) - 1);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const step = steps[event.key];
    if (step !== undefined) this.move(step);
    else if (event.key !== 'Enter' && event.key !== ' ') return;
    else if (!this.#act(document.activeElement as HTMLElement | null)) return;
    event.preventDefault();
  }
}

function groupOf({ status }: Row): Group {
  if (status === 'running') return 'running';
  return status === 'pending' ? 'queued' : 'finished';
}
