/** The search in the output, and the button that follows new output. */

import type { Row } from '../messages';
import { byId, setText } from './dom';
import { count } from './format';
import type { OutputFeed } from './output-feed';
import type { OutputOptions } from './output-options';
import { searchScope } from './search-scope';
import type { OutputTerminal } from './terminal';
import { MAX_MATCHES } from './terminal-search';

export class OutputBar {
  readonly #terminal: OutputTerminal;
  readonly #feed: OutputFeed;
  readonly #options: OutputOptions;
  readonly #row: () => Row | undefined;
  readonly #field = byId<HTMLInputElement>('search');

  /** `row` returns the selected execution. */
  constructor(
    terminal: OutputTerminal,
    feed: OutputFeed,
    options: OutputOptions,
    row: () => Row | undefined,
  ) {
    this.#terminal = terminal;
    this.#feed = feed;
    this.#options = options;
    this.#row = row;
    this.#listen();
    terminal.search.onResults = (index, found) => this.#showCount(index, found);
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
    this.#terminal.search.find('', 'stay');
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
      this.#terminal.search.find(this.#field.value, direction);
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

  /** The lines change while the matches stay. */
  render(): void {
    if (this.#field.value !== '') this.#showScope();
  }

  #showCount(index: number, found: number): void {
    const position = index < 0 ? '' : `${count(index + 1)} of `;
    const more = found >= MAX_MATCHES ? '+' : '';
    const text = found === 0 ? 'no match' : `${position}${count(found)}${more}`;
    setText(byId('search-count'), this.#field.value === '' ? '' : text);
    this.#showScope();
  }

  #showScope(): void {
    const row = this.#field.value === '' ? undefined : this.#row();
    const text =
      row === undefined ? '' : searchScope(this.#terminal.lines, row, this.#options.of(row));
    setText(byId('search-scope'), text);
  }
}
