/** `run --pty`: the terminal of the user in front of the terminal of the command. */

import type { PipedExecution } from '../../../types/api';
import type { TerminalSize } from '../../../types/request';
import type { CommandIo } from '../../../types/subcommand';
import type { Display } from './display';
import { mayRead } from './forward-input';

/** The parts of a `tty.ReadStream` and a `tty.WriteStream` that are used. */
type Input = CommandIo['stdin'] & { setRawMode?(on: boolean): unknown };
type Output = CommandIo['stdout'] & { rows?: number };

const DEFAULT_SIZE: TerminalSize = { cols: 80, rows: 24 };

/** The size of the user's terminal; without one that of `pty: true`. */
export function terminalSize(stdout: Output): TerminalSize {
  const { columns, rows } = stdout;
  return stdout.isTTY && columns && rows ? { cols: columns, rows } : DEFAULT_SIZE;
}

export class TerminalSession {
  readonly #stdin: Input;
  readonly #stdout: Output;
  readonly #display: Display;
  readonly #execution: PipedExecution;
  #isRaw = false;
  readonly #ends: (() => void)[] = [];

  constructor(io: CommandIo, display: Display, execution: PipedExecution) {
    this.#stdin = io.stdin;
    this.#stdout = io.stdout;
    this.#display = display;
    this.#execution = execution;
  }

  /** Passes keys and sizes on, until {@link stop}. */
  start(): void {
    const restore = (): void => this.#setRaw(false);
    const resume = (): void => {
      // The shell has set its own modes in between.
      this.#isRaw = false;
      this.#setRaw(true);
      this.#resize();
    };
    process.on('exit', restore);
    this.#ends.push(restore, () => process.off('exit', restore));
    if (mayRead(this.#stdin)) {
      this.#setRaw(true);
      process.on('SIGCONT', resume);
      this.#ends.push(() => process.off('SIGCONT', resume));
      this.#forwardInput();
    }
    this.#stdout.on('resize', this.#resize);
    this.#ends.push(() => this.#stdout.off('resize', this.#resize));
  }

  /** Shows the output as the terminal of the command writes it. A failure is reported by the result. */
  async relay(): Promise<void> {
    const { stdout } = this.#display.sinks;
    try {
      for await (const chunk of this.#execution.readable('stdout') as AsyncIterable<Buffer>) {
        this.#display.write('stdout', chunk);
        if (stdout.isFull) await stdout.drained();
      }
    } catch {
      // As above.
    }
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  #forwardInput(): void {
    const stdin = this.#stdin;
    const input = this.#execution.stdin;
    stdin.on('error', () => input.end());
    stdin.pipe(input);
    this.#ends.push(() => {
      stdin.unpipe(input);
      stdin.destroy();
    });
  }

  #setRaw(on: boolean): void {
    if (on === this.#isRaw || this.#stdin.isTTY !== true) return;
    this.#isRaw = on;
    try {
      this.#stdin.setRawMode?.(on);
    } catch {
      // The terminal was closed.
    }
  }

  readonly #resize = (): void => {
    if (this.#stdout.isTTY !== true) return;
    this.#execution.resize(terminalSize(this.#stdout)).catch(() => undefined);
  };
}
