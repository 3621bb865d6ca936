/** The search in the output, and the button that follows new output. */

import { byId, setText } from './dom';
import { count } from './format';
import type { OutputFeed } from './output-feed';
import { MAX_MATCHES, type OutputTerminal } from './terminal';

export class OutputBar {
  readonly #terminal: OutputTerminal;
  readonly #feed: OutputFeed;
  readonly #field = byId<HTMLInputElement>('search');

  constructor(terminal: OutputTerminal, feed: OutputFeed) {
    this.#terminal = terminal;
    this.#feed = feed;
    this.#listen();
    terminal.onResults = (index, found) => this.#showCount(index, found);
    terminal.onFollow = (isFollowing) => {
      byId('follow').setAttribute('aria-pressed', String(isFollowing));
    };
  }

  focus(): void {
    this.#field.focus();
    this.#field.select();
  }

  /** Clears the search if it has the focus. Returns `false` if there was nothing to clear. */
  clearSearch(): boolean {
    if (document.activeElement !== this.#field || this.#field.value === '') return false;
    this.#field.value = '';
    this.#terminal.search('', 'stay');
    return true;
  }

  toggleFollow(): void {
    if (this.#terminal.isFollowing) {
      this.#terminal.stopFollowing();
    } else {
      this.#terminal.follow();
      this.#feed.refill();
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
      // The search of the browser finds visible lines only.
      if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.focus();
    });
  }

  #showCount(index: number, found: number): void {
    const position = index < 0 ? '' : `${count(index + 1)} of `;
    const more = found >= MAX_MATCHES ? '+' : '';
    const text = found === 0 ? 'no match' : `${position}${count(found)}${more}`;
    setText(byId('search-count'), this.#field.value === '' ? '' : text);
  }
}
