/** The two streams of the program, and the status line that stands between what goes to a terminal. */

import { fstatSync } from 'node:fs';
import type { OutputStream } from '../../types/events';
import type { CommandIo } from '../command';
import { Outlet } from './outlet';
import { PROGRAM } from './program';
import { StatusLine } from './status-line';

export interface DisplayOptions {
  /** Say nothing of its own. */
  quiet: boolean;
  /** What the status line says in so many columns; `undefined`: none is wanted. */
  status: ((columns: number) => string) | undefined;
  onBroken(stream: OutputStream, error: NodeJS.ErrnoException): void;
}

export class Display {
  readonly outlets: Readonly<Record<OutputStream, Outlet>>;
  readonly isTerminal: Readonly<Record<OutputStream, boolean>>;
  readonly #io: CommandIo;
  readonly #quiet: boolean;
  readonly #status: StatusLine | undefined;

  constructor(io: CommandIo, { quiet, status, onBroken }: DisplayOptions) {
    this.#io = io;
    this.#quiet = quiet;
    this.isTerminal = { stdout: io.stdout.isTTY === true, stderr: io.stderr.isTTY === true };
    this.outlets = {
      stdout: new Outlet(io.stdout, (error) => onBroken('stdout', error)),
      stderr: new Outlet(io.stderr, (error) => onBroken('stderr', error)),
    };
    if (status === undefined || quiet || !mayHaveStatus(io)) return;
    this.#status = new StatusLine(io.stderr, status, (io.env.NO_COLOR ?? '') === '');
    this.#status.start();
  }

  write(stream: OutputStream, data: string | Uint8Array): void {
    if (data.length === 0) return;
    const status = this.isTerminal[stream] ? this.#status : undefined;
    status?.erase();
    this.outlets[stream].write(data);
    if (status === undefined) return;
    const last = typeof data === 'string' ? data.charCodeAt(data.length - 1) : data.at(-1);
    status.restore(last !== 0x0a);
  }

  /** A word of the program itself, on stderr. `always`: with `--quiet` too. */
  say(text: string, always = false): void {
    if (this.#quiet && !always) return;
    this.#status?.erase();
    this.#io.stderr.write(`${PROGRAM}: ${text}\n`);
    this.#status?.restore(false);
  }

  /** Takes the status line away for a while; {@link show} brings it back. */
  hide(): void {
    this.#status?.erase();
  }

  show(): void {
    this.#status?.restore(false);
  }

  end(): void {
    this.#status?.stop();
  }
}

/**
 * Only on a terminal that can erase, and not beside a pipe: what reads the pipe may draw on the
 * same terminal, and nothing tells when.
 */
function mayHaveStatus({ stdout, stderr, env }: CommandIo): boolean {
  if (stderr.isTTY !== true || env.TERM === 'dumb') return false;
  return stdout.isTTY === true || !isPipe((stdout as { fd?: number }).fd);
}

function isPipe(fd: number | undefined): boolean {
  if (fd === undefined) return true;
  const facts = fstatSync(fd);
  return facts.isFIFO() || facts.isSocket();
}
