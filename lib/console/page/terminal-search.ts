/** The search in the text of the terminal. Keeps the current match when lines arrive or the size changes. */

import { SearchAddon } from '@xterm/addon-search';
import type { Terminal } from '@xterm/xterm';
import { matchColours } from './palette';

/** More matches are not counted. */
export const MAX_MATCHES = 500;

export class TerminalSearch {
  /** `index` is -1 without a current match. */
  onResults: (index: number, count: number) => void = () => undefined;
  readonly #terminal: Terminal;
  readonly #isDark: () => boolean;
  readonly #addon = new SearchAddon({ highlightLimit: MAX_MATCHES });
  #query = '';
  #index = -1;
  #count = 0;
  /** The current match before the size changed, which clears the selection. */
  #lostIndex = -1;
  #isSearching = false;

  constructor(terminal: Terminal, isDark: () => boolean) {
    this.#terminal = terminal;
    this.#isDark = isDark;
    terminal.loadAddon(this.#addon);
    terminal.onResize(() => {
      this.#lostIndex = Math.max(this.#lostIndex, this.#index);
    });
    this.#addon.onDidChangeResults(({ resultIndex, resultCount }) =>
      this.#resultsChanged(resultIndex, resultCount),
    );
  }

  /** `stay` keeps the current match while it matches the query. */
  find(query: string, direction: 'stay' | 'next' | 'previous'): void {
    const lost = query === this.#query && direction !== 'stay' ? this.#lostIndex : -1;
    this.#query = query;
    this.#lostIndex = -1;
    if (lost >= 0) this.#select(lost);
    if (query === '') {
      this.#addon.clearDecorations();
      this.#terminal.clearSelection();
      this.#report(-1, 0);
      return;
    }
    this.#isSearching = true;
    if (direction === 'previous') this.#addon.findPrevious(query, this.#options(false));
    else this.#addon.findNext(query, this.#options(direction === 'stay'));
    this.#isSearching = false;
  }

  /** Searches again, with the colours of another theme. */
  updateTheme(): void {
    if (this.#query !== '') this.find(this.#query, 'stay');
  }

  #options(incremental: boolean) {
    const colours = matchColours(this.#isDark());
    return {
      incremental,
      decorations: {
        ...colours,
        matchOverviewRuler: colours.matchBackground,
        activeMatchColorOverviewRuler: colours.activeMatchBackground,
      },
    };
  }

  /** Without a selection, the addon takes the last match after a change of the text, and does not show it. */
  #resultsChanged(index: number, count: number): void {
    const isFirst = this.#count === 0 && count > 0;
    const wanted = isFirst ? 0 : this.#lostIndex;
    if (this.#isSearching || wanted < 0 || wanted >= count) this.#report(index, count);
    else {
      this.#count = count;
      this.#select(wanted);
    }
  }

  #select(index: number): void {
    this.#terminal.clearSelection();
    this.find(this.#query, 'stay');
    for (let at = 0; at < index; at++) this.find(this.#query, 'next');
  }

  #report(index: number, count: number): void {
    this.#index = index;
    this.#count = count;
    this.onResults(index, count);
  }
}
