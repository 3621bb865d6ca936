/** The selected execution: its values and its buttons. */

import type { TerminalSize } from '../../../types/request';
import type { Row } from '../messages';
import { api } from './api';
import { byId, createElement, createIcon, isEnabled, setEnabled, setText } from './dom';
import { download } from './download';
import { FactList } from './facts';
import { duration, progressText, STATUS_NAMES } from './format';
import { KeySender } from './key-sender';
import type { OutputOptions } from './output-options';
import { setUpScrolling } from './scrollable';
import type { Store } from './store';
import type { OutputTerminal } from './terminal';

const NOTE_MS = 4000;

/** The ids of the buttons. */
type ActionName = 'cancel' | 'interrupt' | 'kill' | 'rerun' | 'copy' | 'download' | 'remove';

export class Detail {
  readonly #store: Store;
  readonly #terminal: OutputTerminal;
  readonly #options: OutputOptions;
  readonly #onStarted: (id: string) => void;
  readonly #facts = new FactList();
  readonly #keys = new KeySender((error) => this.#showNote(error.message));
  readonly #buttons: Record<ActionName, HTMLElement> = {
    cancel: byId('cancel'),
    interrupt: byId('interrupt'),
    kill: byId('kill'),
    rerun: byId('rerun'),
    copy: byId('copy'),
    download: byId('download'),
    remove: byId('remove'),
  };
  readonly #actions: Record<Exclude<ActionName, 'copy'>, (id: string) => Promise<unknown>> = {
    cancel: (id) => this.#cancel(id),
    interrupt: (id) => api.kill(id, 'SIGINT'),
    kill: (id) => api.kill(id, 'SIGKILL'),
    download: async (id) => {
      this.#showNote('Loading the output.');
      this.#showNote(`Saved as ${await download(id, this.#options.of(this.row))}.`);
    },
    rerun: async (id) => this.#onStarted((await api.rerun(id)).id),
    remove: (id) => api.remove(id),
  };
  #id: string | undefined;
  #noteTimer: number | undefined;

  /** `onStarted`: a rerun was started, with another id. */
  constructor(
    store: Store,
    terminal: OutputTerminal,
    options: OutputOptions,
    onStarted: (id: string) => void,
  ) {
    this.#store = store;
    this.#terminal = terminal;
    this.#options = options;
    this.#onStarted = onStarted;
    for (const [name, button] of Object.entries(this.#buttons)) {
      button.addEventListener('click', () => this.act(name as ActionName));
    }
    for (const id of ['command-box', 'facts-box']) setUpScrolling(byId(id));
    terminal.onKeys = (keys) => {
      if (this.#id !== undefined) this.#keys.send(this.#id, keys);
    };
    terminal.onSize = (size) => void this.#resize(size);
    byId('input-bar').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#sendInput();
    });
    byId('close-input').addEventListener(
      'click',
      () => void this.#perform((id) => api.input(id, { close: true })),
    );
  }

  get row(): Row | undefined {
    return this.#id === undefined ? undefined : this.#store.rows.get(this.#id);
  }

  show(id: string | undefined): void {
    if (id !== this.#id) {
      this.#showNote('');
      this.#terminal.isInteractive = false;
    }
    this.#id = id;
    this.render();
  }

  render(): void {
    const { row } = this;
    // The row of an execution that was just started has not arrived: the last content stays until then.
    if (row === undefined && this.#id !== undefined) return;
    byId('detail-empty').hidden = row !== undefined;
    byId('detail-body').hidden = row === undefined;
    if (row === undefined) return;
    setText(byId('detail-command'), row.command);
    this.#renderBadge(row);
    this.#renderProgress(row);
    this.#facts.render(row, this.#store);
    this.#options.render(row);
    this.#renderButtons(row);
    const isInteractive = row.hasTerminal && row.status === 'running' && this.#store.isOpen;
    this.#terminal.isInteractive = isInteractive;
    const hint = byId('terminal-hint');
    hint.hidden = !row.hasTerminal;
    // Keeps its place, so that the end of the command does not change the size of the terminal.
    hint.classList.toggle('is-off', !isInteractive);
  }

  /** Performs the action of a button, if the button is enabled. */
  act(name: ActionName): void {
    if (this.row === undefined || !isEnabled(this.#buttons[name])) return;
    if (name === 'copy') return void this.#copyOutput();
    void this.#perform((id) => this.#actions[name](id));
  }

  focusInput(): void {
    if (this.row?.hasTerminal) this.#terminal.focus();
    if (!byId('input-bar').hidden) byId('input').focus();
  }

  #renderBadge({ status }: Row): void {
    const badge = byId('badge');
    if (badge.dataset.status === status) return;
    badge.dataset.status = status;
    badge.replaceChildren(
      createIcon(`i-${status}`),
      createElement('span', '', STATUS_NAMES[status]),
    );
  }

  #renderProgress(row: Row): void {
    const bar = byId<HTMLProgressElement>('progress-bar');
    byId('progress').hidden = row.progress === null || !this.#store.isOpen;
    if (row.progress === null) return;
    if (row.progress.fraction === null) bar.removeAttribute('value');
    else bar.value = row.progress.fraction;
    setText(byId('progress-label'), progressText(row));
  }

  /** Without the console, nothing but the text of the page is left. */
  #renderButtons({ status, input, canRerun }: Row): void {
    const { isOpen: isConnected } = this.#store;
    const isRunning = isConnected && status === 'running';
    const isActive = isRunning || (isConnected && status === 'pending');
    setEnabled(this.#buttons.cancel, isActive);
    setEnabled(this.#buttons.interrupt, isRunning);
    setEnabled(this.#buttons.kill, isRunning);
    setEnabled(this.#buttons.remove, isConnected && !isActive);
    setEnabled(this.#buttons.rerun, isConnected && canRerun);
    this.#buttons.rerun.title = canRerun ? '' : 'Only for commands that a page has started';
    setEnabled(this.#buttons.download, isConnected);
    byId('input-bar').hidden = input === 'none';
    const isOpen = isConnected && input === 'open';
    setEnabled(byId('send'), isOpen);
    setEnabled(byId('close-input'), isOpen);
    const field = byId<HTMLInputElement>('input');
    field.readOnly = !isOpen;
    field.placeholder = isOpen || !isConnected ? 'A line of input' : 'Standard input is closed';
  }

  /** Of a queued execution no process exists that would need time to end. */
  async #cancel(id: string): Promise<void> {
    const hasProcess = this.row?.status === 'running';
    const { cancelled } = await api.cancel(id);
    if (!cancelled) return this.#showNote('It had ended already.');
    if (!hasProcess) return this.#showNote('Cancelled before its start.');
    const { graceMs } = this.#store;
    const kill = graceMs === null ? '' : `; SIGKILL follows after ${duration(graceMs)}`;
    this.#showNote(`Cancelling${kill}.`);
  }

  /** The execution may end meanwhile. */
  async #resize(size: TerminalSize): Promise<void> {
    if (this.#id === undefined) return;
    await api.resize(this.#id, size).catch(() => undefined);
  }

  async #sendInput(): Promise<void> {
    const field = byId<HTMLInputElement>('input');
    if (!isEnabled(byId('send'))) return;
    const text = `${field.value}\n`;
    field.value = '';
    await this.#perform((id) => api.input(id, { text }));
  }

  async #copyOutput(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#terminal.allText());
      this.#showNote('Copied.');
    } catch {
      this.#showNote('The browser does not allow this page to copy.');
    }
  }

  async #perform(action: (id: string) => Promise<unknown>): Promise<void> {
    if (this.#id === undefined || !this.#store.isOpen) return;
    this.#showNote('');
    try {
      await action(this.#id);
    } catch (error) {
      this.#showNote((error as Error).message);
    }
  }

  #showNote(text: string): void {
    clearTimeout(this.#noteTimer);
    byId('action-note').textContent = text;
    if (text !== '') this.#noteTimer = window.setTimeout(() => this.#showNote(''), NOTE_MS);
  }
}
