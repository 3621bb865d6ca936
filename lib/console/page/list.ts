/** The list of running, queued and finished executions: one list box, navigated by the arrow keys. */

import type { Row } from '../messages';
import { byId, createElement, setText } from './dom';
import { elapsed, label, tagTexts } from './format';
import { ListItem } from './list-item';
import type { Store } from './store';

const GROUPS = ['running', 'queued', 'finished'] as const;
type Group = (typeof GROUPS)[number];

const TITLES: Record<Group, string> = {
  running: 'Running',
  queued: 'Queued',
  finished: 'Finished',
};

interface GroupElements {
  element: HTMLElement;
  count: HTMLElement;
}

/** The height of an item, as in the style sheet. */
const ITEM_HEIGHT = 54;

export interface Filter {
  text: string;
  status: 'all' | 'active' | 'failed';
}

export class ExecutionList {
  filter: Filter = { text: '', status: 'all' };
  selected: string | undefined;
  readonly #store: Store;
  readonly #onSelect: (id: string) => void;
  readonly #onOpen: (id: string) => void;
  readonly #root = byId('executions-list');
  readonly #emptyText = createElement('p', 'none');
  readonly #groups = new Map<Group, GroupElements>();
  readonly #items = new Map<string, ListItem>();
  #order = '';

  /** `onSelect`: the selection has moved. `onOpen`: the execution was opened, by Enter or a click. */
  constructor(store: Store, onSelect: (id: string) => void, onOpen: (id: string) => void) {
    this.#store = store;
    this.#onSelect = onSelect;
    this.#onOpen = onOpen;
    for (const group of GROUPS) this.#addGroup(group);
    this.#root.append(this.#emptyText);
    this.#root.addEventListener('click', (event) => this.#onClick(event));
    this.#root.addEventListener('keydown', (event) => this.#onKeydown(event));
  }

  /** The ids in the list, from top to bottom. */
  get #shownIds(): string[] {
    return [...this.#root.querySelectorAll<HTMLElement>('.item')].map(
      ({ dataset }) => dataset.id ?? '',
    );
  }

  /** Renders all changes. */
  render(): void {
    const grouped = this.#grouped();
    const order = GROUPS.map((group) => grouped[group].map(({ id }) => id).join()).join('|');
    for (const group of GROUPS) for (const row of grouped[group]) this.#renderItem(row);
    if (order !== this.#order) {
      this.#order = order;
      this.#arrange(grouped);
    }
    this.#renderSelection();
    const isEmpty = order === '||';
    this.#emptyText.hidden = !isEmpty;
    const { size } = this.#store.rows;
    setText(
      this.#emptyText,
      size === 0 ? 'No executions yet.' : 'No execution matches the filter.',
    );
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
    const ids = this.#shownIds;
    const last = ids.length - 1;
    const at = this.selected === undefined ? -1 : ids.indexOf(this.selected);
    const next = at < 0 ? (step > 0 ? 0 : last) : at + step;
    this.#moveTo(ids[Math.min(last, Math.max(0, next))]);
  }

  focus(): void {
    const id =
      this.selected !== undefined && this.#items.has(this.selected)
        ? this.selected
        : this.#shownIds[0];
    if (id === undefined) this.#root.focus();
    else this.#items.get(id)?.element.focus();
  }

  #addGroup(group: Group): void {
    const count = createElement('span');
    const title = createElement(
      'div',
      'group-title',
      createElement('span', '', TITLES[group]),
      count,
    );
    title.id = `group-${group}`;
    const element = createElement('div', 'group', title);
    element.setAttribute('role', 'group');
    element.setAttribute('aria-labelledby', title.id);
    this.#groups.set(group, { element, count });
    this.#root.append(element);
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
    const { text, status } = this.filter;
    if (status === 'active' && groupOf(row) === 'finished') return false;
    if (status === 'failed' && row.status !== 'failed' && row.status !== 'timeout') return false;
    const shown = [label(row), ...tagTexts(row)].join(' ').toLowerCase();
    return text
      .toLowerCase()
      .split(/\s+/)
      .every((word) => shown.includes(word));
  }

  #arrange(grouped: Record<Group, Row[]>): void {
    const focused = document.activeElement;
    const shown = new Set<string>();
    for (const group of GROUPS) {
      const rows = grouped[group];
      this.#arrangeGroup(group, rows);
      for (const { id } of rows) shown.add(id);
    }
    for (const [id, { element }] of this.#items) {
      if (shown.has(id)) continue;
      element.remove();
      this.#items.delete(id);
    }
    this.#restoreFocus(focused);
  }

  /** Moves only the items that are not in place. */
  #arrangeGroup(group: Group, rows: readonly Row[]): void {
    const { element, count } = this.#groups.get(group) as GroupElements;
    element.dataset.count = String(rows.length);
    setText(count, String(rows.length));
    let before: Element | null = element.firstElementChild;
    for (const { id } of rows) {
      const item = (this.#items.get(id) as ListItem).element;
      const next: Element | null = before?.nextElementSibling ?? null;
      if (next !== item) element.insertBefore(item, next);
      before = item;
    }
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
    item.render(row, this.#store.now());
  }

  /** Tab reaches one item: the selected one, or the first. */
  #renderSelection(): void {
    const isShown = this.selected !== undefined && this.#items.has(this.selected);
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

  #moveTo(id: string | undefined): void {
    if (id === undefined) return;
    this.#onSelect(id);
    this.#items.get(id)?.element.focus();
  }

  #onClick(event: MouseEvent): void {
    const id = (event.target as Element).closest<HTMLElement>('.item')?.dataset.id;
    if (id !== undefined) this.#onOpen(id);
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
    const id = (document.activeElement as HTMLElement | null)?.dataset.id;
    if (step !== undefined) this.move(step);
    else if ((event.key === 'Enter' || event.key === ' ') && id !== undefined) this.#onOpen(id);
    else return;
    event.preventDefault();
  }
}

function groupOf({ status }: Row): Group {
  if (status === 'running') return 'running';
  return status === 'pending' ? 'queued' : 'finished';
}
