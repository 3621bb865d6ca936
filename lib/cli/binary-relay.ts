/**
 * Output byte for byte. Events are text, but the files that the engine writes for large output are
 * not: it is told to write all of it there, and each event says that there is more to copy.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Execution, ExecutionLine } from '../../types/api';
import type { ExecutionConfigInput } from '../../types/config';
import type { OutputEvent, OutputStream } from '../../types/events';
import type { ExecutionResult } from '../../types/result';
import type { Display } from './display';
import type { Meter } from './meter';
import { Relay } from './relay';

const CHUNK = 262_144;
const STREAMS = ['stdout', 'stderr'] as const;

/** Configuration of an engine that writes all output to files in a directory of its own. */
export function toFiles(): ExecutionConfigInput & { overflowDir: string } {
  const overflowDir = mkdtempSync(join(tmpdir(), 'escher-run-'));
  // However soon that is: there may be no engine, or no patience.
  process.once('exit', () => rmSync(overflowDir, { recursive: true, force: true }));
  return {
    overflowDir,
    oversizedOutputStrategy: 'streamToFile',
    maxOutputSizeBytes: 0,
    maxRetainedBytes: 0,
    maxLineBytes: 65_536,
  };
}

export class BinaryRelay extends Relay {
  readonly #display: Display;
  readonly #meter: Meter;
  readonly #dir: string;
  readonly #id: string;
  readonly #lost: () => void;
  readonly #files = new Map<OutputStream, FileHandle>();
  readonly #more = new Set<OutputStream>();
  #copying: Promise<void> | undefined;
  #unfollow: (() => void) | undefined;

  /** `dir`: from {@link toFiles}. `lost`: called when there is no file to copy from (any more). */
  constructor(display: Display, meter: Meter, dir: string, id: string, lost: () => void) {
    super();
    this.#display = display;
    this.#meter = meter;
    this.#dir = dir;
    this.#id = id;
    this.#lost = lost;
  }

  /**
   * Hears of the first output: of lines that come before their reader is there nothing is kept for
   * it.
   */
  follow(execution: Execution): void {
    const wake = ({ stream }: OutputEvent): void => {
      this.#more.add(stream);
      this.flush();
    };
    execution.on('output', wake);
    this.#unfollow = () => execution.off('output', wake);
  }

  protected override add({ stream, partial }: ExecutionLine): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.#more.add(stream);
    this.#meter.add(partial ? 0 : 1, 0);
  }

  protected override flush(): void {
    if (this.#copying !== undefined) return;
    this.#copying = this.#copyAll().finally(() => {
      this.#copying = undefined;
      // Of what came when the copying was about to end.
      if (this.#more.size > 0) this.flush();
    });
  }

  protected override busy(): Promise<void> | undefined {
    return this.#copying;
  }

  override async finish(result: ExecutionResult<Uint8Array>): Promise<void> {
    while (this.#copying !== undefined) await this.#copying;
    for (const stream of STREAMS) if (result[`${stream}Bytes`] > 0) this.#more.add(stream);
    await this.#copyAll();
  }

  /** Takes the files away. */
  async close(): Promise<void> {
    for (const file of this.#files.values()) await file.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #copyAll(): Promise<void> {
    for (const stream of this.#more) {
      this.#more.delete(stream);
      try {
        await this.#copy(stream);
      } catch {
        this.#lost();
      }
    }
  }

  async #copy(stream: OutputStream): Promise<void> {
    const outlet = this.#display.outlets[stream];
    const file = this.#files.get(stream) ?? (await open(join(this.#dir, `${this.#id}.${stream}`)));
    this.#files.set(stream, file);
    for (;;) {
      // What was written before is still being sent: it needs memory of its own.
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, null);
      if (bytesRead === 0) break;
      this.#display.write(stream, buffer.subarray(0, bytesRead));
      this.#meter.add(0, bytesRead);
      await outlet.room();
    }
    // The engine removes a file that it could not go on with.
    if ((await file.stat()).nlink === 0) this.#lost();
  }
}
