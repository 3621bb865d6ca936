/** One execution in the list. */

import type { Row } from '../messages';
import { createElement, createIcon, setIcon, setText } from './dom';
import {
  duration,
  elapsed,
  exitText,
  label,
  memory,
  percent,
  progressText,
  STATUS_NAMES,
  tagTexts,
} from './format';

export class ListItem {
  readonly element = createElement('div', 'item');
  readonly time = createElement('span', 'time');
  readonly #icon: Element;
  readonly #name = createElement('strong');
  readonly #text = createElement('span');
  readonly #command = createElement('span', 'command', this.#name, this.#text);
  readonly #state = createElement('span');
  readonly #labels = createElement('span', 'labels');
  readonly #summary = createElement('span', 'sub', this.#state, this.#labels);
  readonly #bar = createElement('div', 'bar-fill');
  readonly #track = createElement('div', 'bar-track', this.#bar);

  #row: Row | undefined;
  #waitsFor = '';

  constructor(row: Row) {
    const { element } = this;
    this.#icon = createIcon(`i-${row.status}`);
    element.dataset.id = row.id;
    element.setAttribute('role', 'option');
    element.tabIndex = -1;
    element.append(this.#icon, this.#command, this.time, this.#summary, this.#track);
  }

  /** `now`: by the clock of the server. `waitsFor`: empty unless it is queued. */
  render(row: Row, now: number, waitsFor: string): void {
    if (row.durationMs === null || row !== this.#row) setText(this.time, elapsed(row, now));
    if (row === this.#row && waitsFor === this.#waitsFor) return;
    this.#row = row;
    this.#waitsFor = waitsFor;
    if (this.element.dataset.status !== row.status) {
      this.element.dataset.status = row.status;
      setIcon(this.#icon, `i-${row.status}`);
    }
    setText(this.#name, row.name === null ? '' : `${row.name}: `);
    setText(this.#text, row.command);
    setText(this.#state, summary(row, waitsFor));
    this.#renderLabels(row);
    const fraction = row.progress?.fraction ?? null;
    this.#track.hidden = fraction === null;
    if (fraction !== null) this.#bar.style.transform = `scaleX(${fraction})`;
  }

  #renderLabels(row: Row): void {
    const labels = labelsOf(row);
    const text = labels.join('\n');
    const title = [label(row), ...labels].join('\n');
    if (this.element.title !== title) this.element.title = title;
    if (this.#labels.dataset.text === text) return;
    this.#labels.dataset.text = text;
    this.#labels.replaceChildren(...labels.map((one) => createElement('span', 'tag', one)));
  }
}

/** The key and the tags. The name is before the command. */
const labelsOf = (row: Row): string[] => [
  ...(row.isForgotten ? ['removed from the engine'] : []),
  ...(row.key === null ? [] : [`key ${row.key}`]),
  ...tagTexts(row).filter((text) => text !== `name=${row.name}`),
];

function summary(row: Row, waitsFor: string): string {
  const parts = [STATUS_NAMES[row.status], exitText(row), waitsFor];
  if (row.status === 'running') {
    if (row.progress !== null) parts.push(progressText(row));
    if (row.cpuPercent !== null) parts.push(percent(row.cpuPercent));
  } else if (row.cpuMs !== null) {
    parts.push(`CPU ${duration(row.cpuMs)}`);
  }
  parts.push(memory(row));
  return parts.filter((part) => part !== '').join(' · ');
}
