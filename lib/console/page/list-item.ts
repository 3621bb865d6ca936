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
  readonly #command = createElement('span', 'command');
  readonly #summary = createElement('span', 'sub');
  readonly #bar = createElement('div', 'bar-fill');
  readonly #track = createElement('div', 'bar-track', this.#bar);

  constructor(row: Row) {
    const { element } = this;
    this.#icon = createIcon(`i-${row.status}`);
    element.dataset.id = row.id;
    element.setAttribute('role', 'option');
    element.tabIndex = -1;
    element.append(this.#icon, this.#command, this.time, this.#summary, this.#track);
  }

  /** `now`: by the clock of the server. */
  render(row: Row, now: number): void {
    if (this.element.dataset.status !== row.status) {
      this.element.dataset.status = row.status;
      setIcon(this.#icon, `i-${row.status}`);
    }
    setText(this.#command, label(row));
    this.element.title = [label(row), ...tagTexts(row)].join('\n');
    setText(this.time, elapsed(row, now));
    setText(this.#summary, summary(row));
    const fraction = row.progress?.fraction ?? null;
    this.#track.hidden = fraction === null;
    if (fraction !== null) this.#bar.style.transform = `scaleX(${fraction})`;
  }
}

function summary(row: Row): string {
  const parts = [STATUS_NAMES[row.status], exitText(row)];
  if (row.status === 'running') {
    if (row.progress !== null) parts.push(progressText(row));
    if (row.cpuPercent !== null) parts.push(percent(row.cpuPercent));
  } else if (row.cpuMs !== null) {
    parts.push(`CPU ${duration(row.cpuMs)}`);
  }
  parts.push(memory(row));
  return parts.filter((part) => part !== '').join(' · ');
}
