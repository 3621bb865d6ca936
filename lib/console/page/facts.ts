/** The figures of the selected execution. */

import type { Row } from '../wire';
import { byId, make, setText } from './dom';
import { count, duration, elapsed, ending, memory, percent } from './format';

type Facts = [name: string, value: string, look?: 'mono'][];

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
      this.#root.replaceChildren(...facts.map(([name, , look]) => this.#make(name, look)));
    }
    for (const [name, value] of facts) {
      const element = this.#values.get(name);
      if (element !== undefined) setText(element, value === '' ? '–' : value);
    }
  }

  #make(name: string, look = ''): HTMLElement {
    const value = make('dd', look);
    this.#values.set(name, value);
    return make('div', look === 'mono' ? 'wide' : '', make('dt', '', name), value);
  }
}

function factsOf(row: Row, now: number): Facts {
  const isRunning = row.status === 'running';
  const cpu = [
    isRunning && row.cpuPercent !== null ? percent(row.cpuPercent) : '',
    row.cpuMs === null ? '' : duration(row.cpuMs),
  ];
  return [
    [row.status === 'pending' ? 'Waits' : 'Time', elapsed(row, now)],
    ['End', ending(row)],
    ['CPU', cpu.filter((part) => part !== '').join(' · ')],
    [isRunning ? 'Memory' : 'Peak memory', memory(row)],
    ['PID', row.pid === null ? '' : String(row.pid)],
    ['Lines', count(row.lines)],
    ...optional('Timeout', row.timeoutMs === null ? '' : duration(row.timeoutMs)),
    ...optional('Why', row.error !== null && ending(row) === '' ? row.error : ''),
    ['Directory', row.cwd, 'mono'],
    ...optional('Log', row.logFile ?? '', 'mono'),
  ];
}

function optional(name: string, value: string, look?: 'mono'): Facts {
  if (value === '') return [];
  return [look === undefined ? [name, value] : [name, value, look]];
}
