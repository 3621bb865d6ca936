/** The terminal that output is shown in: text and colours in, a view that scrolls and can be searched. */

import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';
import type { TextChunk } from '../wire';
import { OutputText } from './output-text';
import { DARK, LIGHT, matchColours } from './palette';

/** Lines; the server keeps as many. */
const SCROLLBACK = 10_000;
/** Of a search; more are counted as "and more". */
export const MOST_MATCHES = 500;
const HIDE_CURSOR = '\x1b[?25l';

/** The terminal makes style sheets as it runs; the policy of the page takes those with its nonce. */
function allowStyleSheets(): void {
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
  onResults: (at: number, count: number) => void = () => undefined;
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon({ highlightLimit: MOST_MATCHES });
  readonly #isDark: () => boolean;
  #text = new OutputText();
  #isFollowing = true;
  #query = '';

  constructor(container: HTMLElement, isDark: () => boolean) {
    allowStyleSheets();
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

  /** Resolves when all is taken in: whoever waits for that gives the page its time. */
  async write(chunks: readonly TextChunk[]): Promise<void> {
    // One by one: the terminal lets the page draw between two of them, and not within one.
    await Promise.all(
      chunks.map(
        (chunk) =>
          new Promise<void>((resolve) => this.#terminal.write(this.#text.chunk(chunk), resolve)),
      ),
    );
  }

  /** A line of the console itself. */
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
    this.#noteScroll();
  }

  /** Stays where it is when output comes. */
  hold(): void {
    this.#terminal.scrollLines(-1);
    this.#noteScroll();
  }

  /** `next` moves on; otherwise the match at hand stays, as long as it matches. */
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

  /** All of it, without colours. */
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
    // Keys are those of the page: it has shortcuts, and Tab must lead out.
    terminal.attachCustomKeyEventHandler(() => false);
    terminal.textarea?.setAttribute('aria-label', 'Output of the execution');
    container.addEventListener('keydown', (event) => this.#pressed(event));
    terminal.onRender(() => this.#noteScroll());
    terminal.onScroll(() => this.#noteScroll());
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

  #pressed(event: KeyboardEvent): void {
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
    this.#noteScroll();
    event.preventDefault();
    event.stopPropagation();
  }

  #noteScroll(): void {
    const { viewportY, baseY } = this.#terminal.buffer.active;
    const isFollowing = viewportY >= baseY;
    if (isFollowing === this.#isFollowing) return;
    this.#isFollowing = isFollowing;
    this.onFollow(isFollowing);
  }
}
