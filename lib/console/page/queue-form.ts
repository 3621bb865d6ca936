/** The form that pauses the queue and changes the limits of the running engine. */

import type { Announcer } from './announcer';
import { api } from './api';
import { byId, isEnabled, setEnabled, setText } from './dom';
import type { Store } from './store';

export class QueueForm {
  readonly #store: Store;
  readonly #announcer: Announcer;
  readonly #pause = byId<HTMLButtonElement>('pause');
  readonly #limit = byId<HTMLInputElement>('limit');
  readonly #key = byId<HTMLInputElement>('limit-key');
  readonly #error = byId('queue-error');

  constructor(store: Store, announcer: Announcer) {
    this.#store = store;
    this.#announcer = announcer;
    this.#pause.addEventListener('click', () => void this.#togglePause());
    byId('queue-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#setLimit();
    });
  }

  render(): void {
    setEnabled(this.#pause, this.#store.isOpen);
    setEnabled(byId('set-limit'), this.#store.isOpen);
    setText(this.#pause, this.#isPaused ? 'Resume' : 'Pause');
    this.#limit.placeholder = this.#store.isOpen ? String(this.#store.maxConcurrent) : '';
  }

  get #isPaused(): boolean {
    return this.#store.samples.at(-1)?.paused ?? false;
  }

  async #togglePause(): Promise<void> {
    if (!isEnabled(this.#pause)) return;
    const isPaused = this.#isPaused;
    await this.#perform(isPaused ? api.resume : api.pause, isPaused ? 'Resumed' : 'Paused');
  }

  /** With a key, an empty limit is that of all keys. */
  async #setLimit(): Promise<void> {
    if (!isEnabled(byId('set-limit'))) return;
    const [key, text] = [this.#key.value.trim(), this.#limit.value.trim()];
    const limit = text === '' ? null : Number(text);
    if (key === '' && limit === null) return this.#showError('Type a limit, or a key.');
    const body = key === '' ? { limit: limit as number } : { key, limit };
    const isSet = await this.#perform(() => api.setLimit(body), 'Limit changed');
    if (!isSet) return;
    this.#limit.value = '';
    this.#key.value = '';
  }

  async #perform(action: () => Promise<unknown>, text: string): Promise<boolean> {
    this.#showError('');
    try {
      await action();
      this.#announcer.announce(text);
      return true;
    } catch (error) {
      this.#showError((error as Error).message);
      return false;
    }
  }

  #showError(text: string): void {
    this.#error.textContent = text;
  }
}
