/** The values of the selected execution. */

import type { Row } from '../messages';
import { byId, createElement, setText } from './dom';
import { count, duration, elapsed, exitText, memory, percent, tagTexts } from './format';
import type { Store } from './store';

/** `long`, `mono`: the value may take a whole line, and continues on the next one. */
type Style = 'mono' | 'long';
type Fact = [name: string, value: string, style?: Style];

export class FactList {
  readonly #root = byId('facts');
  readonly #values = new Map<string, HTMLElement>();

  render(row: Row, store: Store): void {
    const facts = factsOf(row, store.now(), store.queue().reason(row));
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
    const className = style === '' ? '' : 'wide';
    return createElement('div', className, createElement('dt', '', name), value);
  }
}

/** `now`: by the clock of the server. `waitsFor`: empty unless it is queued. */
function factsOf(row: Row, now: number, waitsFor: string): Fact[] {
  return [
    [row.status === 'pending' ? 'Queued for' : 'Time', elapsed(row, now)],
    ...optional('Queue', waitsFor),
    ...(waitsFor === '' ? processFacts(row) : []),
    ...optional('Timeout', row.timeoutMs === null ? '' : duration(row.timeoutMs)),
    ...optional('Reason', row.error !== null && exitText(row) === '' ? row.error : '', 'long'),
    ...optional('Record', row.isForgotten ? 'removed from the engine' : ''),
    ...optional('Name', row.name === row.source ? '' : (row.name ?? '')),
    ...optional('Source', row.source ?? ''),
    ...optional('Key', row.key ?? ''),
    ...optional('Tags', tagTexts(row).join(', '), 'long'),
    ...optional('Directory', row.cwd, 'mono'),
    ...optional('Log', row.logFile ?? '', 'mono'),
  ];
}

function processFacts(row: Row): Fact[] {
  const isRunning = row.status === 'running';
  const cpu = [
    isRunning && row.cpuPercent !== null ? percent(row.cpuPercent) : '',
    row.cpuMs === null ? '' : duration(row.cpuMs),
  ];
  return [
    ['Result', exitText(row)],
    ['CPU', cpu.filter((part) => part !== '').join(' · ')],
    [isRunning ? 'Memory' : 'Peak memory', memory(row)],
    ['PID', row.pid === null ? '' : String(row.pid)],
    ['Lines', count(row.lines)],
  ];
}

function optional(name: string, value: string, style?: Style): Fact[] {
  if (value === '') return [];
  return [style === undefined ? [name, value] : [name, value, style]];
}
