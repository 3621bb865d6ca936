/** The selected execution: what it is, what can be done with it, and its output. */

import type { Row } from '../wire';
import { api } from './api';
import { byId, icon, isEnabled, make, setEnabled, setText } from './dom';
import { FactList } from './facts';
import { progressText, STATUS_NAMES } from './format';
import type { Store } from './store';
import type { OutputTerminal } from './terminal';

const NOTE_MS = 4000;

/** The buttons, by their ids. */
type ActionName = 'cancel' | 'interrupt' | 'kill' | 'rerun' | 'copy' | 'remove';

export class Detail {
  readonly #store: Store;
  readonly #terminal: OutputTerminal;
  readonly #onStarted: (id: string) => void;
  readonly #facts = new FactList();
  readonly #buttons: Record<ActionName, HTMLElement> = {
    cancel: byId('cancel'),
    interrupt: byId('interrupt'),
    kill: byId('kill'),
    rerun: byId('rerun'),
    copy: byId('copy'),
    remove: byId('remove'),
  };
  #id: string | undefined;
  #noteTimer: number | undefined;

  /** `onStarted`: it was run again, under another id. */
  constructor(store: Store, terminal: OutputTerminal, onStarted: (id: string) => void) {
    this.#store = store;
    this.#terminal = terminal;
    this.#onStarted = onStarted;
    for (const [name, button] of Object.entries(this.#buttons)) {
      button.addEventListener('click', () => this.act(name as ActionName));
    }
    byId('input-bar').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#sendInput();
    });
    byId('close-input').addEventListener(
      'click',
      () => void this.#try((id) => api.input(id, { close: true })),
    );
  }

  get row(): Row | undefined {
    return this.#id === undefined ? undefined : this.#store.rows.get(this.#id);
  }

  show(id: string | undefined): void {
    if (id !== this.#id) this.#note('');
    this.#id = id;
    this.render();
  }

  render(): void {
    const { row } = this;
    // One that was just started is not told of yet: what is there stays for that moment.
    if (row === undefined && this.#id !== undefined) return;
    byId('detail-empty').hidden = row !== undefined;
    byId('detail-body').hidden = row === undefined;
    if (row === undefined) return;
    setText(byId('detail-command'), row.command);
    this.#renderBadge(row);
    this.#renderProgress(row);
    this.#facts.render(row, this.#store.now());
    this.#renderButtons(row);
  }

  /** Does what the button of that name does, if it can be done now. */
  act(name: ActionName): void {
    if (this.row === undefined || !isEnabled(this.#buttons[name])) return;
    if (name === 'copy') return void this.#copy();
    void this.#try(async (id) => {
      if (name === 'cancel') await api.cancel(id);
      else if (name === 'interrupt') await api.kill(id, 'SIGINT');
      else if (name === 'kill') await api.kill(id, 'SIGKILL');
      else if (name === 'remove') await api.remove(id);
      else this.#onStarted((await api.rerun(id)).id);
      if (name === 'cancel') this.#note('Asked to end; after 5 s it is killed.');
    });
  }

  focusInput(): void {
    if (!byId('input-bar').hidden) byId('input').focus();
  }

  #renderBadge({ status }: Row): void {
    const badge = byId('badge');
    if (badge.dataset.status === status) return;
    badge.dataset.status = status;
    badge.replaceChildren(icon(`i-${status}`), make('span', '', STATUS_NAMES[status]));
  }

  #renderProgress(row: Row): void {
    const bar = byId<HTMLProgressElement>('progress-bar');
    byId('progress').hidden = row.progress === null;
    if (row.progress === null) return;
    if (row.progress.fraction === null) bar.removeAttribute('value');
    else bar.value = row.progress.fraction;
    setText(byId('progress-label'), progressText(row));
  }

  #renderButtons({ status, input }: Row): void {
    const isRunning = status === 'running';
    const isActive = isRunning || status === 'pending';
    setEnabled(this.#buttons.cancel, isActive);
    setEnabled(this.#buttons.interrupt, isRunning);
    setEnabled(this.#buttons.kill, isRunning);
    setEnabled(this.#buttons.remove, !isActive);
    byId('input-bar').hidden = input === 'none';
    const isOpen = input === 'open';
    setEnabled(byId('send'), isOpen);
    setEnabled(byId('close-input'), isOpen);
    const field = byId<HTMLInputElement>('input');
    field.readOnly = !isOpen;
    field.placeholder = isOpen ? 'A line for the command' : 'Standard input is closed';
  }

  async #sendInput(): Promise<void> {
    const field = byId<HTMLInputElement>('input');
    if (!isEnabled(byId('send'))) return;
    const text = `${field.value}\n`;
    field.value = '';
    await this.#try((id) => api.input(id, { text }));
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#terminal.allText());
      this.#note('Copied.');
    } catch {
      this.#note('The browser does not let this page copy.');
    }
  }

  async #try(action: (id: string) => Promise<unknown>): Promise<void> {
    if (this.#id === undefined) return;
    this.#note('');
    try {
      await action(this.#id);
    } catch (error) {
      this.#note((error as Error).message);
    }
  }

  #note(text: string): void {
    clearTimeout(this.#noteTimer);
    byId('action-note').textContent = text;
    if (text !== '') this.#noteTimer = window.setTimeout(() => this.#note(''), NOTE_MS);
  }
}
