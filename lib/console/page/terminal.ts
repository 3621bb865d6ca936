/** The terminal that shows the output: text with colours, and scrolling. */

import { FitAddon } from '@xterm/addon-fit';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { type IMarker, Terminal } from '@xterm/xterm';
import type { TextChunk } from '../messages';
import { OutputText, type TextOptions } from './output-text';
import { DARK, LIGHT } from './palette';
import { TerminalSearch } from './terminal-search';

/** Lines, as many as the server keeps. */
const SCROLLBACK = 10_000;
const BOTH_STREAMS: TextOptions = { times: false, stream: undefined };
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

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

const isLeaving = ({ key, shiftKey }: KeyboardEvent): boolean => key === 'Tab' && shiftKey;

export class OutputTerminal {
  onFollow: (isFollowing: boolean) => void = () => undefined;
  /** Keys for the command. */
  onKeys: (keys: string) => void = () => undefined;
  /** The size in characters has changed, or an interactive execution is shown. */
  onSize: (size: { cols: number; rows: number }) => void = () => undefined;
  readonly search: TerminalSearch;
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #isDark: () => boolean;
  #text = new OutputText(BOTH_STREAMS);
  /** The lines of notes, until they leave the scrollback. */
  #notes: IMarker[] = [];
  #isFollowing = true;
  #isInteractive = false;
  #isReplaying = false;

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
    this.search = new TerminalSearch(this.#terminal, isDark);
    // Emoji take two columns, as programs expect.
    this.#terminal.loadAddon(new Unicode11Addon());
    this.#terminal.unicode.activeVersion = '11';
    this.#terminal.open(container);
    this.#terminal.write(HIDE_CURSOR);
    this.#listen(container);
  }

  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /**
   * Resolves when the terminal has processed the chunks. A caller that waits leaves time for painting. `isKept`: queries in
   * them are old, and are not answered.
   */
  async write(chunks: readonly TextChunk[], isKept: boolean): Promise<void> {
    this.#isReplaying = isKept;
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
    this.#terminal.write(this.#text.note(text), () => {
      this.#notes.push(this.#terminal.registerMarker(-1));
    });
  }

  /** Lines of output that can be scrolled to: the others have left the terminal. An unfinished line counts. */
  get lines(): number {
    const buffer = this.#terminal.buffer.active;
    const end = buffer.baseY + buffer.cursorY + (buffer.cursorX > 0 ? 1 : 0);
    let lines = 0;
    for (let y = 0; y < end; y++) if (!buffer.getLine(y)?.isWrapped) lines++;
    this.#notes = this.#notes.filter(({ isDisposed }) => !isDisposed);
    return Math.max(0, lines - this.#notes.length);
  }

  /** Whether the shown execution takes keys. */
  set isInteractive(isOn: boolean) {
    if (isOn === this.#isInteractive) return;
    this.#isInteractive = isOn;
    this.#terminal.options.disableStdin = !isOn;
    this.#setLabel();
    this.#terminal.write(isOn ? SHOW_CURSOR : HIDE_CURSOR);
    if (isOn) this.#reportSize();
  }

  /** Clears the terminal. */
  reset(options: TextOptions = BOTH_STREAMS): void {
    this.#terminal.reset();
    this.#notes = [];
    if (!this.#isInteractive) this.#terminal.write(HIDE_CURSOR);
    this.#text = new OutputText(options);
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

  updateTheme(): void {
    this.#terminal.options.theme = this.#isDark() ? DARK : LIGHT;
    this.search.updateTheme();
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
    // The page handles keys itself: for its shortcuts, and so that Tab leaves the terminal. An interactive execution gets
    // all keys but Shift+Tab, by which the keyboard leaves it.
    terminal.attachCustomKeyEventHandler((event) => this.#isInteractive && !isLeaving(event));
    terminal.onData((keys) => {
      if (this.#isInteractive) this.onKeys(keys);
    });
    terminal.onResize(() => this.#reportSize());
    this.#ignoreOldQueries();
    this.#setLabel();
    container.addEventListener('keydown', (event) => this.#onKeydown(event));
    terminal.onRender(() => this.#updateFollowing());
    terminal.onScroll(() => this.#updateFollowing());
    let frame = 0;
    new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        if (container.clientHeight > 0) this.#fit.fit();
      });
    }).observe(container);
  }

  /** Programs ask a terminal for its type, its cursor and its colours. The answer goes to the command as if it was typed. */
  #ignoreOldQueries(): void {
    const { parser } = this.#terminal;
    const isOld = (): boolean => this.#isReplaying;
    for (const prefix of ['', '?', '>', '=']) {
      for (const final of ['n', 'c']) parser.registerCsiHandler({ prefix, final }, isOld);
      parser.registerCsiHandler({ prefix, intermediates: '$', final: 'p' }, isOld);
    }
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, isOld);
    for (const colour of [4, 10, 11, 12]) {
      parser.registerOscHandler(colour, (text) => text.includes('?') && isOld());
    }
  }

  #setLabel(): void {
    const label = this.#isInteractive
      ? 'Terminal of the command. Shift+Tab leaves it'
      : 'Output of the execution';
    this.#terminal.textarea?.setAttribute('aria-label', label);
  }

  #reportSize(): void {
    const { cols, rows } = this.#terminal;
    if (this.#isInteractive) this.onSize({ cols, rows });
  }

  #onKeydown(event: KeyboardEvent): void {
    if (this.#isInteractive) {
      // They are no shortcuts of the page.
      if (!isLeaving(event)) event.stopPropagation();
      return;
    }
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
