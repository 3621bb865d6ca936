/** One execution in the lists. */

import type { Row } from '../wire';
import { icon, make, setIcon, setText } from './dom';
import { duration, elapsed, ending, memory, percent, progressText, STATUS_NAMES } from './format';

export class ListItem {
  readonly element = make('div', 'item');
  readonly time = make('span', 'time');
  readonly #icon: Element;
  readonly #sub = make('span', 'sub');
  readonly #bar = make('div', 'bar-fill');
  readonly #track = make('div', 'bar-track', this.#bar);

  constructor(row: Row) {
    const { element } = this;
    this.#icon = icon(`i-${row.status}`);
    element.dataset.id = row.id;
    element.setAttribute('role', 'option');
    element.title = row.command;
    element.tabIndex = -1;
    const command = make('span', 'command', row.command);
    element.append(this.#icon, command, this.time, this.#sub, this.#track);
  }

  /** `now`: by the clock of the server. */
  render(row: Row, now: number): void {
    if (this.element.dataset.status !== row.status) {
      this.element.dataset.status = row.status;
      setIcon(this.#icon, `i-${row.status}`);
    }
    setText(this.time, elapsed(row, now));
    setText(this.#sub, summary(row));
    const fraction = row.progress?.fraction ?? null;
    this.#track.hidden = fraction === null;
    if (fraction !== null) this.#bar.style.transform = `scaleX(${fraction})`;
  }
}

function summary(row: Row): string {
  const parts = [STATUS_NAMES[row.status], ending(row)];
  if (row.status === 'running') {
    if (row.progress !== null) parts.push(progressText(row));
    if (row.cpuPercent !== null) parts.push(percent(row.cpuPercent));
  } else if (row.cpuMs !== null) {
    parts.push(`CPU ${duration(row.cpuMs)}`);
  }
  parts.push(memory(row));
  return parts.filter((part) => part !== '').join(' · ');
}
