/** Announces the ends of executions to screen readers. Ends within a short time are announced together. */

import type { Row } from '../messages';
import { byId } from './dom';
import { exitText, STATUS_NAMES } from './format';

const DELAY_MS = 1500;
/** Above this number, ends are announced as counts. */
const MAX_NAMED = 2;
const MAX_COMMAND_LENGTH = 60;

const hasEnded = ({ status }: Row): boolean => status !== 'pending' && status !== 'running';

export class Announcer {
  readonly #region = byId('announcer');
  #ended: Row[] = [];
  #timer: number | undefined;

  /** `before`: `undefined` for an execution that is new to this page. */
  changed(row: Row | undefined, before: Row | undefined): void {
    if (row === undefined || before === undefined || hasEnded(before) || !hasEnded(row)) return;
    this.#ended.push(row);
    this.#timer ??= window.setTimeout(() => this.#announceEnds(), DELAY_MS);
  }

  announce(text: string): void {
    this.#region.textContent = text;
  }

  #announceEnds(): void {
    this.#timer = undefined;
    const ended = this.#ended.splice(0);
    this.announce(ended.length > MAX_NAMED ? countText(ended) : ended.map(nameText).join('. '));
  }
}

function nameText(row: Row): string {
  const isLong = row.command.length > MAX_COMMAND_LENGTH;
  const command = isLong ? `${row.command.slice(0, MAX_COMMAND_LENGTH)}…` : row.command;
  return [command, STATUS_NAMES[row.status], exitText(row)]
    .filter((part) => part !== '')
    .join(', ');
}

function countText(rows: readonly Row[]): string {
  const counts = new Map<string, number>();
  for (const { status } of rows) {
    const name = STATUS_NAMES[status].toLowerCase();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const list = [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
  return `${rows.length} executions ended: ${list}`;
}
