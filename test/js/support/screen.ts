import { Terminal } from '@xterm/headless';
import type { PipedExecution, TerminalSize } from 'escher-execution-engine';
import { waitFor } from './wait';

/** A terminal emulator that shows an execution with `pty`, and types for it. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #run: PipedExecution;
  readonly #shown: Promise<void>;

  constructor(run: PipedExecution, size: TerminalSize = { cols: 80, rows: 24 }) {
    this.#run = run;
    this.#terminal = new Terminal({ ...size, allowProposedApi: true });
    // What programs ask of the terminal is answered by it.
    this.#terminal.onData((data) => run.stdin.write(data));
    this.#shown = this.#show();
  }

  /** The lines of the screen, without blanks at the end. */
  text(): string {
    const { active } = this.#terminal.buffer;
    const lines: string[] = [];
    for (let row = 0; row < this.#terminal.rows; row++) {
      lines.push(active.getLine(active.viewportY + row)?.translateToString(true) ?? '');
    }
    return lines.join('\n').trimEnd();
  }

  async shows(pattern: RegExp): Promise<string> {
    try {
      await waitFor(String(pattern), () => pattern.test(this.text()));
    } catch (error) {
      throw new Error(`${(error as Error).message}\nbut the screen is:\n${this.text()}`);
    }
    return this.text();
  }

  type(text: string): void {
    this.#run.stdin.write(text);
  }

  async resize(size: TerminalSize): Promise<void> {
    this.#terminal.resize(size.cols, size.rows);
    await this.#run.resize(size);
  }

  /** Resolves when all output is shown. */
  end(): Promise<void> {
    return this.#shown;
  }

  async #show(): Promise<void> {
    for await (const chunk of this.#run.readable()) {
      await new Promise<void>((resolve) => this.#terminal.write(chunk as Buffer, resolve));
    }
  }
}
