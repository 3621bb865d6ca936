/** The output streams of the program, and the status line between the output on a terminal. */

import { fstatSync } from 'node:fs';
import type { OutputStream } from '../../../types/events';
import type { CommandIo } from '../../../types/subcommand';
import { PROGRAM } from '../program';
import { OutputSink } from './output-sink';
import { StatusLine } from './status-line';

export interface DisplayOptions {
  /** Print no messages of the program. */
  quiet: boolean;
  /** The text of the status line for a number of columns; `undefined`: no status line. */
  status: ((columns: number) => string) | undefined;
  onBroken(stream: OutputStream, error: NodeJS.ErrnoException): void;
}

export class Display {
  readonly sinks: Readonly<Record<OutputStream, OutputSink>>;
  readonly isTerminal: Readonly<Record<OutputStream, boolean>>;
  readonly #io: CommandIo;
  readonly #quiet: boolean;
  readonly #status: StatusLine | undefined;

  constructor(io: CommandIo, { quiet, status, onBroken }: DisplayOptions) {
    this.#io = io;
    this.#quiet = quiet;
    this.isTerminal = { stdout: io.stdout.isTTY === true, stderr: io.stderr.isTTY === true };
    this.sinks = {
      stdout: new OutputSink(io.stdout, (error) => onBroken('stdout', error)),
      stderr: new OutputSink(io.stderr, (error) => onBroken('stderr', error)),
    };
    if (status === undefined || quiet || !supportsStatus(io)) return;
    this.#status = new StatusLine(io.stderr, status, (io.env.NO_COLOR ?? '') === '');
    this.#status.start();
  }

  write(stream: OutputStream, data: string | Uint8Array): void {
    if (data.length === 0) return;
    const status = this.isTerminal[stream] ? this.#status : undefined;
    status?.erase();
    this.sinks[stream].write(data);
    if (status === undefined) return;
    const last = typeof data === 'string' ? data.charCodeAt(data.length - 1) : data.at(-1);
    status.restore(last !== 0x0a);
  }

  /** Prints a message of the program on stderr. `always`: with `--quiet` too. */
  notify(text: string, always = false): void {
    if (this.#quiet && !always) return;
    this.#status?.erase();
    this.#io.stderr.write(`${PROGRAM}: ${text}\n`);
    this.#status?.restore(false);
  }

  hideStatus(): void {
    this.#status?.erase();
  }

  showStatus(): void {
    this.#status?.restore(false);
  }

  end(): void {
    this.#status?.stop();
  }
}

/**
 * The status line needs a terminal that can erase. It is not shown when stdout is a pipe: the reader of the pipe may
 * write to the same terminal at any time.
 */
function supportsStatus({ stdout, stderr, env }: CommandIo): boolean {
  if (stderr.isTTY !== true || env.TERM === 'dumb') return false;
  return stdout.isTTY === true || !isPipe((stdout as { fd?: number }).fd);
}

function isPipe(fd: number | undefined): boolean {
  if (fd === undefined) return true;
  const stats = fstatSync(fd);
  return stats.isFIFO() || stats.isSocket();
}
