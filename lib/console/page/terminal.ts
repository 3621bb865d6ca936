/** The terminal that shows the output: text with colours, scrolling and search. */

import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';
import type { TextChunk } from '../messages';
import { OutputText } from './output-text';
import { DARK, LIGHT, matchColours } from './palette';

/** Lines, as many as the server keeps. */
const SCROLLBACK = 10_000;
/** More matches are not counted. */
export const MAX_MATCHES = 500;
const HIDE_CURSOR = '\x1b[?25l';

/** The terminal creates style sheets at run time. The policy of the page accepts those that have its nonce. */
function addNonceToStyles(): void {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name=style-nonce]')?.content ?? '';
  const create = document.createElement.bind(document);
  document.createElement = (name: string, options?: ElementCreationOptions): HTMLElement => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
}

export class OutputTerminal {
  onFollow: (isFollowing: boolean) => void = () => undefined;
  /** `index` is -1 without a current match. */
  onResults: (index: number, count: number) => void = () => undefined;
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon({ highlightLimit: MAX_MATCHES });
  readonly #isDark: () => boolean;
  #text = new OutputText();
  #isFollowing = true;
  #query = '';

  constructor(container: HTMLElement, isDark: () => boolean) {
    addNonceToStyles();
    this.#isDark = isDark;
    this.#terminal = new Terminal({
      allowProposedApi: true,
      convertEol: true,
      cursorInactiveStyle: 'none',
      disableStdin: true,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
      fontSize: 13,
      lineHeight: 1.2,
      minimumContrastRatio: 4.5,
      scrollback: SCROLLBACK,
      theme: isDark() ? DARK : LIGHT,
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.loadAddon(this.#search);
    this.#terminal.open(container);
    this.#terminal.write(HIDE_CURSOR);
    this.#listen(container);
  }

  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /** Resolves when the terminal has processed the chunks. A caller that waits leaves time for painting. */
  async write(chunks: readonly TextChunk[]): Promise<void> {
    // One by one: the terminal yields to the page between two writes only.
    await Promise.all(
      chunks.map(
        (chunk) =>
          new Promise<void>((resolve) => this.#terminal.write(this.#text.chunk(chunk), resolve)),
      ),
    );
  }

  /** A message of the console. */
  note(text: string): void {
    this.#terminal.write(this.#text.note(text));
  }

  reset(): void {
    this.#terminal.reset();
    this.#terminal.write(HIDE_CURSOR);
    this.#text = new OutputText();
  }

  follow(): void {
    this.#terminal.scrollToBottom();
    this.#updateFollowing();
  }

  /** Keeps the view in place when output arrives. */
  stopFollowing(): void {
    this.#terminal.scrollLines(-1);
    this.#updateFollowing();
  }

  /** `stay` keeps the current match while it matches the query. */
  search(query: string, direction: 'stay' | 'next' | 'previous'): void {
    this.#query = query;
    if (query === '') {
      this.#search.clearDecorations();
      this.#terminal.clearSelection();
      this.onResults(-1, 0);
      return;
    }
    const colours = matchColours(this.#isDark());
    const options = {
      incremental: direction === 'stay',
      decorations: {
        ...colours,
        matchOverviewRuler: colours.matchBackground,
        activeMatchColorOverviewRuler: colours.activeMatchBackground,
      },
    };
    if (direction === 'previous') this.#search.findPrevious(query, options);
    else this.#search.findNext(query, options);
  }

  updateTheme(): void {
    this.#terminal.options.theme = this.#isDark() ? DARK : LIGHT;
    if (this.#query !== '') this.search(this.#query, 'stay');
  }

  set screenReader(isOn: boolean) {
    this.#terminal.options.screenReaderMode = isOn;
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** The whole text, without colours. */
  allText(): string {
    const buffer = this.#terminal.buffer.active;
    const lines: string[] = [];
    for (let y = 0; y < buffer.length; y++) {
      const line = buffer.getLine(y);
      const text = line?.translateToString(!buffer.getLine(y + 1)?.isWrapped) ?? '';
      if (line?.isWrapped) lines.push((lines.pop() ?? '') + text);
      else lines.push(text);
    }
    return lines.join('\n').trimEnd();
  }

  #listen(container: HTMLElement): void {
    const terminal = this.#terminal;
    // The page handles keys itself: for its shortcuts, and so that Tab leaves the terminal.
    terminal.attachCustomKeyEventHandler(() => false);
    terminal.textarea?.setAttribute('aria-label', 'Output of the execution');
    container.addEventListener('keydown', (event) => this.#onKeydown(event));
    terminal.onRender(() => this.#updateFollowing());
    terminal.onScroll(() => this.#updateFollowing());
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      this.onResults(resultIndex, resultCount),
    );
    let frame = 0;
    new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        if (container.clientHeight > 0) this.#fit.fit();
      });
    }).observe(container);
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const terminal = this.#terminal;
    const actions: Record<string, () => void> = {
      ArrowUp: () => terminal.scrollLines(-1),
      ArrowDown: () => terminal.scrollLines(1),
      PageUp: () => terminal.scrollPages(-1),
      PageDown: () => terminal.scrollPages(1),
      Home: () => terminal.scrollToTop(),
      End: () => terminal.scrollToBottom(),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    action();
    this.#updateFollowing();
    event.preventDefault();
    event.stopPropagation();
  }

  #updateFollowing(): void {
    const { viewportY, baseY } = this.#terminal.buffer.active;
    const isFollowing = viewportY >= baseY;
    if (isFollowing === this.#isFollowing) return;
    this.#isFollowing = isFollowing;
    this.onFollow(isFollowing);
  }
}
