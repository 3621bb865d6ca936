/** The queue of commands: adds jobs, cancels them, waits for them and reads their lines. For programs that run nothing. */

import { randomUUID } from 'node:crypto';
import { type Job, type JobsOptions, Queue } from 'bullmq';
import type {
  AddOptions,
  CommandOutcome,
  CommandQueueOptions,
  JobStatus,
  TailLine,
} from '../../types/bullmq';
import type { ExecutionRequest, WaitOptions } from '../../types/request';
import { asString, boundedWait, ownValue, signalOption, throwIfAborted } from '../core/index';
import { addOptions, asPriority } from './add-options';
import { KEY_WINDOW, PRIORITY_ZERO, parkMs, startOf } from './bounds';
import { asName, optionsOf } from './checks';
import { closeOrCut, within } from './closing';
import { jobStore, sideStore } from './connect';
import { FleetError, jobNotFound, queueClosed } from './fleet-error';
import { type JobData, jobData } from './job-data';
import { asJobId } from './job-id';
import { type QueueSettings, queueSettings } from './options';
import { readOutcome } from './outcome';
import { isFinished, statusOf } from './states';
import type { SideStore } from './store/side-store';
import { tailLines } from './tail';
import { JobWaits } from './waits';

/** What a store may take for the end of a connection. */
const CLOSE_MS = 2000;
/** Bytes of the reason of a cancel. */
const REASON_BYTES = 200;

/**
 * Commands as jobs of a BullMQ queue, for workers made by `createCommandWorker()`, on this machine and on others.
 *
 * @example
 * ```ts
 * const queue = new CommandQueue('ops', { connection: { host: 'redis' } });
 * const id = await queue.add({ command: { type: 'exec', program: 'terraform', args: ['plan'] } });
 * const { status, stdoutTail } = await queue.wait(id);
 * ```
 */
export class CommandQueue {
  readonly name: string;
  readonly #settings: QueueSettings;
  readonly #queue: Queue;
  readonly #store: Promise<SideStore>;
  readonly #waits: JobWaits;
  /** Aborts when the queue is closed: a call to a store that is away would never settle. */
  readonly #end = new AbortController();
  #closing: Promise<void> | undefined;

  /** @throws `TypeError` or `RangeError`: names the option, the value and what is allowed */
  constructor(name: string, options: CommandQueueOptions) {
    this.name = asName('name', name);
    const settings = queueSettings(options);
    this.#settings = settings;
    const { connection, backend } = jobStore(settings.connection);
    const common = { connection, prefix: settings.prefix };
    this.#queue = new Queue(
      this.name,
      { ...common, streams: { events: { maxLen: settings.eventsMaxLen } } },
      backend,
    ) as unknown as Queue;
    this.#queue.on('error', settings.report);
    this.#store = sideStore(this.name, settings);
    this.#store.catch(settings.report);
    this.#waits = new JobWaits(this.name, common, backend, settings.report);
  }

  /**
   * Adds a command. Its `priority` orders it among those that wait.
   * @returns the id of the job
   * @throws `ERR_JOB_DATA` above 64 KiB; `TypeError` and `RangeError` for what is not allowed, `redact` among it
   */
  async add(request: ExecutionRequest, options?: AddOptions): Promise<string> {
    const known = addOptions(options);
    const data = jobData(request, known);
    const priority = asPriority(data.request.priority, PRIORITY_ZERO);
    return await this.#ask(async (store) => {
      const id = randomUUID();
      const parked = await this.#parkMs(store, id, known);
      const job = await this.#queue.add('command', data, {
        ...this.#jobOptions(known),
        jobId: id,
        priority,
        delay: Math.max(known.delay ?? 0, parked),
      });
      return job.id ?? id;
    });
  }

  /** A key with many jobs keeps only the first ones among the others; the rest waits aside. */
  async #parkMs(
    store: SideStore,
    id: string,
    { key, delay, deduplicationId }: AddOptions,
  ): Promise<number> {
    if (key === undefined || (delay ?? 0) > 0 || deduplicationId !== undefined) return 0;
    const rank = await store.arrive(id, key);
    return rank < KEY_WINDOW ? 0 : parkMs(rank);
  }

  #jobOptions({ attempts, backoff, deduplicationId }: AddOptions): JobsOptions {
    const { kept } = this.#settings;
    return {
      attempts: attempts ?? 1,
      ...(backoff === undefined ? {} : { backoff }),
      ...(deduplicationId === undefined ? {} : { deduplication: { id: deduplicationId } }),
      removeOnComplete: { ...kept },
      removeOnFail: { ...kept },
      // A stack would be stored with every failure.
      stackTraceLimit: 0,
    };
  }

  /**
   * Cancels a job: one that runs is ended, one that waits fails as soon as a worker is free.
   * @returns `false` if it had finished, or is unknown
   */
  async cancel(id: string, reason = 'cancelled'): Promise<boolean> {
    const known = asJobId('id', id);
    const text = startOf(asString('reason', reason).replaceAll('\0', ''), REASON_BYTES);
    return await this.#ask(async (store) => {
      const job = await this.#job(known);
      if (job === undefined || isFinished(await job.getState())) return false;
      await store.cancel(known, text);
      await this.#hasten(job);
      return true;
    });
  }

  /** A job that waits goes to the front, where a worker finds that it was cancelled. */
  async #hasten(job: Job<JobData>): Promise<void> {
    try {
      if ((await job.getState()) === 'delayed') await job.promote();
      await job.changePriority({ priority: 1 });
    } catch (error) {
      // It was taken by a worker meanwhile, which looks for the request itself.
      this.#settings.report(error);
    }
  }

  /**
   * Waits until a job has finished, with all its attempts. It resolves for every end of the command. While the store is away
   * it goes on waiting, and `onError` is called.
   * @param options - `signal`: ends the wait, without any other effect
   * @throws `ERR_JOB_NOT_FOUND`, also when the store has dropped both the job and its outcome
   */
  async wait(id: string, options?: WaitOptions): Promise<CommandOutcome> {
    const known = asJobId('id', id);
    const signal = asSignal(options);
    throwIfAborted(signal);
    return await this.#ask(async () => {
      await this.#waits.until(known, () => this.#isOver(known), signal);
      const outcome = await this.result(known);
      if (outcome === null) throw jobNotFound(known);
      return outcome;
    });
  }

  async #isOver(id: string): Promise<boolean> {
    const job = await this.#job(id);
    if (job === undefined) {
      if ((await this.result(id)) === null) throw jobNotFound(id);
      return true;
    }
    return isFinished(await job.getState());
  }

  /** The outcome of the newest attempt that has ended, or `null`. The store has it for a day. */
  async result(id: string): Promise<CommandOutcome | null> {
    const known = asJobId('id', id);
    const text = await this.#ask((store) => store.outcome(known));
    return text === undefined ? null : readOutcome(text);
  }

  /**
   * The state of a job.
   * @throws `ERR_JOB_NOT_FOUND`
   */
  async status(id: string): Promise<JobStatus> {
    const known = asJobId('id', id);
    return await this.#ask(() => this.#status(known));
  }

  async #status(known: string): Promise<JobStatus> {
    const job = await this.#job(known);
    if (job === undefined) throw jobNotFound(known);
    const state = await job.getState();
    const outcome = isFinished(state) ? await this.result(known) : null;
    const status = statusOf(state, outcome ?? undefined);
    if (status === undefined) throw jobNotFound(known);
    return {
      status,
      attempts: job.attemptsMade + (status === 'running' ? 1 : 0),
      // Another program may have put anything there.
      key: keyOf(job.data),
      worker: job.processedBy ?? null,
    };
  }

  /**
   * The lines of a job, from the first one that the store has, until it has finished. Lines of long output are missing: the
   * store keeps the newest ones. The log file of the worker has all of them.
   * @param options - `signal`: ends the iteration
   */
  async *tail(id: string, options?: WaitOptions): AsyncGenerator<TailLine, void, undefined> {
    const known = asJobId('id', id);
    const signal = asSignal(options);
    const store = await this.#ask((opened) => Promise.resolve(opened));
    try {
      const end = signal ? AbortSignal.any([signal, this.#end.signal]) : this.#end.signal;
      yield* tailLines(store, known, () => this.#isOver(known), end);
    } catch (error) {
      throw this.#reasonOf(error);
    }
  }

  /** The numbers of jobs by status, for a display or a scaler. */
  async counts(): Promise<{ pending: number; running: number; completed: number; failed: number }> {
    const found = await this.#ask(() => this.#queue.getJobCounts());
    const of = (...states: readonly string[]): number =>
      states.reduce((sum, state) => sum + (found[state] ?? 0), 0);
    return {
      pending: of('waiting', 'prioritized', 'delayed', 'paused'),
      running: of('active'),
      completed: of('completed'),
      failed: of('failed'),
    };
  }

  /**
   * Closes the connections, in a few seconds at most if the store is away. Jobs are not affected; waits reject with
   * `ERR_QUEUE_CLOSED`.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  /** {@link close}, at the end of an `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#end.abort();
    const { report } = this.#settings;
    const closeStore = async (): Promise<void> => (await this.#store).close();
    await Promise.all([
      this.#waits.close(CLOSE_MS),
      closeOrCut(CLOSE_MS, this.#queue, report),
      within(CLOSE_MS, closeStore(), report),
    ]);
  }

  async #job(id: string): Promise<Job<JobData> | undefined> {
    return (await this.#queue.getJob(id)) as Job<JobData> | undefined;
  }

  /** One call. What it meets while the connections are closed is that the queue is closed. */
  async #ask<T>(call: (store: SideStore) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw queueClosed();
    try {
      const called = this.#store.then(async (store) => {
        await store.check();
        return await call(store);
      });
      return await boundedWait(called, this.#end.signal);
    } catch (error) {
      throw this.#reasonOf(error);
    }
  }

  #reasonOf(error: unknown): unknown {
    return this.#closing === undefined || error instanceof FleetError ? error : queueClosed();
  }
}

const asSignal = (options: WaitOptions | undefined): AbortSignal | undefined =>
  options === undefined ? undefined : signalOption(optionsOf('options', options, ['signal']));

function keyOf(data: unknown): string | null {
  const key = ownValue(data ?? {}, 'key');
  return typeof key === 'string' ? key : null;
}
