/** Tells screen readers of ends, a few at a time: with many executions each one for itself would be a flood. */

import type { Row } from '../wire';
import { byId } from './dom';
import { ending, STATUS_NAMES } from './format';

const PAUSE_MS = 1500;
/** More than these are told as numbers. */
const MOST_BY_NAME = 2;
const MAX_COMMAND = 60;

const isOver = ({ status }: Row): boolean => status !== 'pending' && status !== 'running';

export class Announcer {
  readonly #region = byId('announcer');
  #ended: Row[] = [];
  #timer: number | undefined;

  /** `before`: `undefined` for one that this page sees for the first time. */
  changed(row: Row | undefined, before: Row | undefined): void {
    if (row === undefined || before === undefined || isOver(before) || !isOver(row)) return;
    this.#ended.push(row);
    this.#timer ??= window.setTimeout(() => this.#tell(), PAUSE_MS);
  }

  say(text: string): void {
    this.#region.textContent = text;
  }

  #tell(): void {
    this.#timer = undefined;
    const ended = this.#ended.splice(0);
    this.say(ended.length > MOST_BY_NAME ? inNumbers(ended) : ended.map(byName).join('. '));
  }
}

function byName(row: Row): string {
  const command =
    row.command.length > MAX_COMMAND ? `${row.command.slice(0, MAX_COMMAND)}…` : row.command;
  return [command, STATUS_NAMES[row.status], ending(row)].filter((part) => part !== '').join(', ');
}

function inNumbers(rows: readonly Row[]): string {
  const counts = new Map<string, number>();
  for (const { status } of rows) {
    const name = STATUS_NAMES[status].toLowerCase();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return `${rows.length} executions ended: ${[...counts].map(([name, n]) => `${n} ${name}`).join(', ')}`;
}
