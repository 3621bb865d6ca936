/** The plan of the selected execution: its steps with their status, and the button that cancels it. */

import type { Row } from '../messages';
import { api } from './api';
import { byId, createElement, createIcon, isEnabled, setEnabled, setText } from './dom';
import { STATUS_NAMES } from './format';
import type { Store } from './store';

export class PlanSteps {
  readonly #store: Store;
  readonly #onOpen: (id: string) => void;
  readonly #box = byId('plan');
  readonly #steps = byId('plan-steps');
  readonly #cancel = byId('cancel-plan');
  #plan: string | undefined;
  #shown = '';

  constructor(store: Store, onOpen: (id: string) => void) {
    this.#store = store;
    this.#onOpen = onOpen;
    this.#cancel.addEventListener('click', () => void this.#cancelPlan());
    this.#steps.addEventListener('click', (event) => {
      const id = (event.target as Element).closest<HTMLElement>('button')?.dataset.id;
      if (id !== undefined) this.#onOpen(id);
    });
  }

  /** `row`: the selected execution. */
  render(row: Row | undefined): void {
    const plan = row?.tags.plan;
    this.#box.hidden = plan === undefined;
    if (plan !== this.#plan) setText(byId('plan-note'), '');
    this.#plan = plan;
    if (plan === undefined) return;
    const rows = stepsOf(plan, this.#store.rows.values());
    const done = rows.filter(({ status }) => status === 'completed').length;
    setText(byId('plan-title'), `Plan ${plan}`);
    setText(byId('plan-count'), `${done} of ${rows.length} started steps completed`);
    setEnabled(this.#cancel, this.#store.isOpen && rows.some(isActive));
    this.#renderSteps(rows, row?.id);
  }

  /** A click needs a button that stays, so they are made anew only if they differ. */
  #renderSteps(rows: readonly Row[], selected: string | undefined): void {
    const shown = JSON.stringify([selected, rows.map(({ id, status }) => [id, status])]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#steps.replaceChildren(...rows.map((row) => stepItem(row, row.id === selected)));
  }

  async #cancelPlan(): Promise<void> {
    if (this.#plan === undefined || !isEnabled(this.#cancel)) return;
    try {
      const { cancelled } = await api.cancelPlan(this.#plan);
      setText(byId('plan-note'), cancelled > 0 ? 'Cancelling.' : 'It had ended already.');
    } catch (error) {
      setText(byId('plan-note'), (error as Error).message);
    }
  }
}

/** In the order of their starts. Of several attempts of a step, the last one. */
function stepsOf(plan: string, rows: Iterable<Row>): Row[] {
  const byStep = new Map<string, Row>();
  for (const row of rows) if (row.tags.plan === plan) byStep.set(row.tags.step ?? row.id, row);
  return [...byStep.values()];
}

const isActive = ({ status }: Row): boolean => status === 'running' || status === 'pending';

function stepItem({ id, status, tags, command }: Row, isSelected: boolean): HTMLElement {
  const name = createElement('span', '', tags.step ?? command);
  const button = createElement('button', '', createIcon(`i-${status}`), name);
  button.setAttribute('type', 'button');
  button.dataset.id = id;
  button.dataset.status = status;
  button.title = STATUS_NAMES[status];
  if (isSelected) button.setAttribute('aria-current', 'step');
  button.append(createElement('span', 'visually-hidden', `, ${STATUS_NAMES[status]}`));
  return createElement('li', '', button);
}
