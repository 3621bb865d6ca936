/**
 * Outcomes that are not in the store yet, in a file of this worker. An outcome is on the disk before it is sent to the store,
 * so it survives the end of the worker and of the connection. The next worker with the same directory reports what is left.
 */

import { randomUUID } from 'node:crypto';
import { type FileHandle, lstat, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { CommandOutcome } from '../../types/bullmq';
import { wrongValue } from '../core/index';
import { shown } from './checks';
import { readOutcome } from './outcome';

const SUFFIX = '.ledger';
const WRITABLE_BY_OTHERS = 0o022;

/** The files of the workers of this process. */
const ownFiles = new Set<string>();

/** Outcomes that are written together: all of them share one `fsync`. */
interface Batch {
  readonly lines: string[];
  readonly written: Promise<void>;
}

export class Ledger {
  readonly #directory: string;
  readonly #file: string;
  #handle: FileHandle | undefined;
  #next: Batch | undefined;
  /** The end of everything that was begun on the file. */
  #last: Promise<void> = Promise.resolve();
  /** Outcomes in the file that are not in the store. */
  #open = 0;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#file = path.join(directory, `${process.pid}-${randomUUID()}${SUFFIX}`);
    ownFiles.add(this.#file);
  }

  /** @throws `TypeError` if another user could write into the directory */
  static async in(directory: string): Promise<Ledger> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const stats = await lstat(directory);
    const isOwn = process.getuid === undefined || stats.uid === process.getuid();
    if (!stats.isDirectory() || !isOwn) {
      throw wrongValue(
        'options.ledgerDir',
        `must be a directory of this user. ${shown(directory)}`,
      );
    }
    // What is in its files is reported as outcomes.
    if (process.getuid !== undefined && (stats.mode & WRITABLE_BY_OTHERS) !== 0) {
      const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
      throw wrongValue(
        'options.ledgerDir',
        `must be a directory that no other user can write to. ${shown(directory)} with mode ${mode}`,
      );
    }
    return new Ledger(directory);
  }

  /** Resolves when the outcome is on the disk. */
  async add(outcome: CommandOutcome): Promise<void> {
    this.#open++;
    this.#next ??= this.#batch();
    this.#next.lines.push(`${JSON.stringify(outcome)}\n`);
    await this.#next.written;
  }

  /** The store has an outcome. The file is emptied when it has all of them. */
  reported(): void {
    this.#open--;
    void this.#after(async () => {
      if (this.#open === 0) await this.#handle?.truncate(0);
    }).catch(() => undefined);
  }

  #batch(): Batch {
    const lines: string[] = [];
    const written = this.#after(async () => {
      this.#next = undefined;
      this.#handle ??= await open(this.#file, 'ax', 0o600);
      await this.#handle.appendFile(lines.join(''));
      await this.#handle.datasync();
    });
    return { lines, written };
  }

  #after(step: () => Promise<void>): Promise<void> {
    const done = this.#last.then(step);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Reports what earlier workers left here. A line that was not written to its end is skipped. */
  async replay(report: (outcome: CommandOutcome) => Promise<void>): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      const file = path.join(this.#directory, name);
      if (!name.endsWith(SUFFIX) || ownFiles.has(file)) continue;
      for (const line of (await readFile(file, 'utf8')).split('\n')) {
        const outcome = parsed(line);
        if (outcome !== undefined) await report(outcome);
      }
      if (!isAlive(Number.parseInt(name, 10))) await unlink(file);
    }
  }

  /** Removes the file, unless it has what the store does not have. */
  async close(): Promise<void> {
    await this.#last;
    ownFiles.delete(this.#file);
    if (this.#handle === undefined) return;
    await this.#handle.close();
    this.#handle = undefined;
    if (this.#open === 0) await unlink(this.#file);
  }
}

function parsed(line: string): CommandOutcome | undefined {
  try {
    const outcome: Partial<CommandOutcome> | null = line === '' ? null : readOutcome(line);
    const isOutcome = typeof outcome?.jobId === 'string' && Number.isInteger(outcome.attempt);
    return isOutcome ? (outcome as CommandOutcome) : undefined;
  } catch {
    return undefined;
  }
}

/** A file with this process ID that is not one of `ownFiles` was left by an earlier process. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
