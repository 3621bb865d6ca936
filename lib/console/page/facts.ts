/** The values of the selected execution. */

import type { Row } from '../messages';
import { byId, createElement, setText } from './dom';
import { count, duration, elapsed, exitText, memory, percent, tagTexts } from './format';

type Fact = [name: string, value: string, style?: 'mono'];

export class FactList {
  readonly #root = byId('facts');
  readonly #values = new Map<string, HTMLElement>();

  /** `now`: by the clock of the server. */
  render(row: Row, now: number): void {
    const facts = factsOf(row, now);
    const names = facts.map(([name]) => name).join();
    if (this.#root.dataset.names !== names) {
      this.#root.dataset.names = names;
      this.#values.clear();
      this.#root.replaceChildren(...facts.map(([name, , style]) => this.#createFact(name, style)));
    }
    for (const [name, value] of facts) {
      const element = this.#values.get(name);
      if (element !== undefined) setText(element, value === '' ? '–' : value);
    }
  }

  #createFact(name: string, style = ''): HTMLElement {
    const value = createElement('dd', style);
    this.#values.set(name, value);
    const className = style === 'mono' ? 'wide' : '';
    return createElement('div', className, createElement('dt', '', name), value);
  }
}

function factsOf(row: Row, now: number): Fact[] {
  const isRunning = row.status === 'running';
  const cpu = [
    isRunning && row.cpuPercent !== null ? percent(row.cpuPercent) : '',
    row.cpuMs === null ? '' : duration(row.cpuMs),
  ];
  return [
    [row.status === 'pending' ? 'Queued for' : 'Time', elapsed(row, now)],
    ['Result', exitText(row)],
    ['CPU', cpu.filter((part) => part !== '').join(' · ')],
    [isRunning ? 'Memory' : 'Peak memory', memory(row)],
    ['PID', row.pid === null ? '' : String(row.pid)],
    ['Lines', count(row.lines)],
    ...optional('Timeout', row.timeoutMs === null ? '' : duration(row.timeoutMs)),
    ...optional('Reason', row.error !== null && exitText(row) === '' ? row.error : ''),
    ...optional('Source', row.source ?? ''),
    ...optional('Tags', tagTexts(row).join(', ')),
    ...optional('Directory', row.cwd, 'mono'),
    ...optional('Log', row.logFile ?? '', 'mono'),
  ];
}

function optional(name: string, value: string, style?: 'mono'): Fact[] {
  if (value === '') return [];
  return [style === undefined ? [name, value] : [name, value, style]];
}
