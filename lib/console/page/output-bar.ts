/** Above the output: the search in it, and whether the view follows what comes. */

import { byId, setText } from './dom';
import { count } from './format';
import type { Output } from './output';
import { MOST_MATCHES, type OutputTerminal } from './terminal';

export class OutputBar {
  readonly #terminal: OutputTerminal;
  readonly #output: Output;
  readonly #field = byId<HTMLInputElement>('search');

  constructor(terminal: OutputTerminal, output: Output) {
    this.#terminal = terminal;
    this.#output = output;
    this.#listen();
    terminal.onResults = (at, found) => this.#showCount(at, found);
    terminal.onFollow = (isFollowing) => {
      byId('follow').setAttribute('aria-pressed', String(isFollowing));
    };
  }

  focus(): void {
    this.#field.focus();
    this.#field.select();
  }

  /** Empties the search if it has the focus; `false` if there was nothing to empty. */
  leave(): boolean {
    if (document.activeElement !== this.#field || this.#field.value === '') return false;
    this.#field.value = '';
    this.#terminal.search('', 'stay');
    return true;
  }

  toggleFollow(): void {
    if (this.#terminal.isFollowing) {
      this.#terminal.hold();
    } else {
      this.#terminal.follow();
      this.#output.refill();
    }
  }

  #listen(): void {
    const search = (direction: 'stay' | 'next' | 'previous') =>
      this.#terminal.search(this.#field.value, direction);
    this.#field.addEventListener('input', () => search('stay'));
    this.#field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') search(event.shiftKey ? 'previous' : 'next');
    });
    byId('search-next').addEventListener('click', () => search('next'));
    byId('search-previous').addEventListener('click', () => search('previous'));
    byId('follow').addEventListener('click', () => this.toggleFollow());
    byId('detail').addEventListener('keydown', (event) => {
      // The browser's own search does not see what is scrolled away.
      if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.focus();
    });
  }

  #showCount(at: number, found: number): void {
    const place = at < 0 ? '' : `${count(at + 1)} of `;
    const more = found >= MOST_MATCHES ? '+' : '';
    const text = found === 0 ? 'no match' : `${place}${count(found)}${more}`;
    setText(byId('search-count'), this.#field.value === '' ? '' : text);
  }
}
