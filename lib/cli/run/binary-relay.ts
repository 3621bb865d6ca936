/**
 * Output byte for byte. Events are text, but the overflow files of the engine are not. So the engine writes all
 * output to such files, and each event is a signal to copy more of them.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Execution, ExecutionLine } from '../../../types/api';
import type { ExecutionConfigInput } from '../../../types/config';
import type { OutputEvent, OutputStream } from '../../../types/events';
import type { ExecutionResult } from '../../../types/result';
import type { Display } from './display';
import type { OutputMeter } from './output-meter';
import { Relay } from './relay';

const CHUNK_BYTES = 262_144;
const STREAMS = ['stdout', 'stderr'] as const;

/** The configuration of an engine that writes all output to files in a new directory. */
export function overflowConfig(): ExecutionConfigInput & { overflowDir: string } {
  const overflowDir = mkdtempSync(join(tmpdir(), 'escher-run-'));
  // Also when the engine cannot be created, and after a third signal.
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
  readonly #meter: OutputMeter;
  readonly #dir: string;
  readonly #executionId: string;
  readonly #onLost: () => void;
  readonly #files = new Map<OutputStream, FileHandle>();
  /** Streams with output that was not copied. */
  readonly #pending = new Set<OutputStream>();
  #copying: Promise<void> | undefined;
  #stopListening: (() => void) | undefined;

  /** `dir`: of {@link overflowConfig}. `onLost` is called when a file is missing or was removed. */
  constructor(
    display: Display,
    meter: OutputMeter,
    dir: string,
    executionId: string,
    onLost: () => void,
  ) {
    super();
    this.#display = display;
    this.#meter = meter;
    this.#dir = dir;
    this.#executionId = executionId;
    this.#onLost = onLost;
  }

  /** Lines before the iterator is attached are not kept for it, so the first output is reported by an event. */
  follow(execution: Execution): void {
    const onOutput = ({ stream }: OutputEvent): void => {
      this.#pending.add(stream);
      this.flush();
    };
    execution.on('output', onOutput);
    this.#stopListening = () => execution.off('output', onOutput);
  }

  protected override add({ stream, partial }: ExecutionLine): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#pending.add(stream);
    this.#meter.add(partial ? 0 : 1, 0);
  }

  protected override flush(): void {
    if (this.#copying !== undefined) return;
    this.#copying = this.#copyPending().finally(() => {
      this.#copying = undefined;
      // Output that came while the last copy ended.
      if (this.#pending.size > 0) this.flush();
    });
  }

  protected override drained(): Promise<void> | undefined {
    return this.#copying;
  }

  override async finish(result: ExecutionResult<Uint8Array>): Promise<void> {
    while (this.#copying !== undefined) await this.#copying;
    for (const stream of STREAMS) if (result[`${stream}Bytes`] > 0) this.#pending.add(stream);
    await this.#copyPending();
  }

  /** Removes the files. */
  async close(): Promise<void> {
    for (const file of this.#files.values()) await file.close();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #copyPending(): Promise<void> {
    for (const stream of this.#pending) {
      this.#pending.delete(stream);
      try {
        await this.#copy(stream);
      } catch {
        this.#onLost();
      }
    }
  }

  async #copy(stream: OutputStream): Promise<void> {
    const file = await this.#fileOf(stream);
    for (;;) {
      // A new buffer for each read: the sink may not have sent the last one.
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) break;
      this.#display.write(stream, buffer.subarray(0, bytesRead));
      this.#meter.add(0, bytesRead);
      await this.#display.sinks[stream].drained();
    }
    // The engine removes a file that it failed to write to.
    if ((await file.stat()).nlink === 0) this.#onLost();
  }

  async #fileOf(stream: OutputStream): Promise<FileHandle> {
    const known = this.#files.get(stream);
    if (known !== undefined) return known;
    const file = await open(join(this.#dir, `${this.#executionId}.${stream}`));
    this.#files.set(stream, file);
    return file;
  }
}
