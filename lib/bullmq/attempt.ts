/**
 * One attempt of a job: may it begin, run the command under a lease, store how it ended, and tell BullMQ. Each step says who
 * owns the job from then on; what another worker has begun is not begun again, unless the job allows it.
 */

import { DelayedError, type Job, UnrecoverableError, WaitingError } from 'bullmq';
import type { Execution } from '../../types/api';
import type { CommandJob, CommandOutcome } from '../../types/bullmq';
import type { ExecutionOutcome } from '../../types/result';
import { boundedWait, ExecutionError } from '../core/index';
import { answer, failureOf, failureText, plain } from './answer';
import { attemptRequest } from './attempt-request';
import { MOST_STALLS, parkMs } from './bounds';
import { type JobData, readJobData } from './job-data';
import { JobLock } from './job-lock';
import { LiveLines } from './live-lines';
import { type AttemptFacts, failure, ofExecution, readOutcome, withoutExecution } from './outcome';
import { persist } from './persist';
import { isRetried } from './retry';
import { LOST, RunningJob } from './running-jobs';
import type { Verdict } from './store/side-store';
import { Tails } from './tails';
import type { Workshop } from './workshop';

/** How long the outcome of a lost attempt may be on its way: its worker reports it when it is connected again. */
const LOST_WAIT_MS = 10_000;
const LOST_LOOK_MS = 250;
const LIVE_END_MS = 2000;

export class Attempt {
  readonly #shop: Workshop;
  readonly #job: Job;
  readonly #token: string;
  readonly #facts: AttemptFacts;
  readonly #lock: JobLock;

  constructor(shop: Workshop, job: Job, token: string) {
    this.#shop = shop;
    this.#job = job;
    this.#token = token;
    this.#lock = new JobLock(job, token, shop.settings.lockMs);
    this.#facts = { jobId: job.id as string, attempt: job.attemptsMade + 1, host: shop.host };
  }

  /** The processor: returns for a completed job, and throws as BullMQ wants it for every other end. */
  async run(): Promise<CommandOutcome> {
    const { running, isDraining } = this.#shop;
    if (isDraining()) await this.#giveBack();
    const data = await this.#data();
    const held = new RunningJob(this.#facts.jobId, data.key);
    running.set(held.id, held);
    try {
      const outcome = await this.#outcome(data, held);
      if (data.key !== null) await this.#leave(held.id, data.key);
      await this.#finished(outcome);
      return answer(outcome);
    } finally {
      if (running.get(held.id) === held) running.delete(held.id);
    }
  }

  async #data(): Promise<JobData> {
    try {
      return readJobData(this.#job.data);
    } catch (error) {
      const info = failureOf(error);
      await this.#settle(withoutExecution(this.#facts, 'failed', info));
      throw plain(new UnrecoverableError(failureText(info)));
    }
  }

  async #outcome(data: JobData, held: RunningJob): Promise<CommandOutcome> {
    const keyLimit = this.#keyLimit(data);
    if (keyLimit === undefined) {
      const info = failure('ERR_REFUSED', 'The "keyLimit" of this worker failed');
      return await this.#settle(withoutExecution(this.#facts, 'failed', info));
    }
    const verdict = await this.#begin(data, held, keyLimit);
    await this.#mustHoldLock(held, verdict);
    switch (verdict.is) {
      case 'ended':
        return readOutcome(verdict.outcome);
      case 'parked':
        return await this.#park(data.key as string, verdict);
      case 'cancelled':
        return await this.#settle(
          withoutExecution(this.#facts, 'cancelled', failure('ERR_CANCELLED', verdict.reason)),
        );
      case 'held':
        throw await this.#delayed(verdict.forMs);
      case 'lost':
        return await this.#lost(held);
      case 'begun':
        return await this.#execute(data, held);
    }
  }

  /** `undefined`: the function of the worker threw, or returned no number. What it threw is reported, and not stored. */
  #keyLimit({ key }: JobData): number | undefined {
    const { settings } = this.#shop;
    try {
      return key === null ? 0 : settings.keyLimit(key);
    } catch (error) {
      settings.report(error);
      return undefined;
    }
  }

  async #begin(data: JobData, held: RunningJob, keyLimit: number): Promise<Verdict> {
    const { store, settings } = this.#shop;
    const mayRepeat = data.idempotent || settings.onLost === 'again';
    const begun = await persist(
      () =>
        store.begin({
          id: held.id,
          attempt: this.#facts.attempt,
          token: this.#token,
          isRepeatable: mayRepeat && this.#job.stalledCounter < MOST_STALLS,
          key: data.key,
          keyLimit,
          holdMs: settings.lockMs,
        }),
      settings.report,
      () => held.ending === 'lost' || this.#shop.isAbandoned(),
    );
    if (begun === undefined) throw plain(new Error('ERR_LOST: the store was away'));
    return begun.value;
  }

  /** Nothing is done for a job that belongs to another worker by now, and nothing is started with an old lock. */
  async #mustHoldLock(held: RunningJob, verdict: Verdict): Promise<void> {
    if (held.ending !== 'lost' && (await this.#lock.isFresh())) return;
    if (verdict.is === 'begun') await this.#shop.store.withdraw(held, this.#token);
    throw plain(new Error('ERR_LOST: the lock expired before the command was started'));
  }

  /** Takes no slot: the job waits in the store until its key has a place. */
  async #park(key: string, { rank, next }: Extract<Verdict, { is: 'parked' }>): Promise<never> {
    const delayed = await this.#delayed(parkMs(rank));
    if (next.length > 0) await this.#shop.line.letIn(key, next);
    throw delayed;
  }

  async #delayed(ms: number): Promise<DelayedError> {
    await this.#job.moveToDelayed(Date.now() + ms, this.#token);
    return new DelayedError();
  }

  async #giveBack(): Promise<never> {
    await this.#job.moveToWait(this.#token);
    throw new WaitingError();
  }

  /** Another worker began this attempt. Its outcome may be on its way. */
  async #lost(held: RunningJob): Promise<CommandOutcome> {
    const { store, settings } = this.#shop;
    const until = performance.now() + Math.min(LOST_WAIT_MS, settings.lockMs * 2);
    while (performance.now() < until && !held.signal.aborted) {
      const text = await persist(
        () => store.outcome(held.id),
        settings.report,
        () => held.signal.aborted,
      );
      const outcome = text?.value === undefined ? undefined : readOutcome(text.value);
      if (outcome !== undefined && outcome.attempt >= this.#facts.attempt) return outcome;
      await new Promise((resolve) => setTimeout(resolve, LOST_LOOK_MS));
    }
    if (!(await this.#lock.extend())) throw plain(new Error('ERR_LOST: the lock expired'));
    return await this.#settle(withoutExecution(this.#facts, 'failed', LOST));
  }

  async #execute(data: JobData, held: RunningJob): Promise<CommandOutcome> {
    const { engine, settings } = this.#shop;
    let request: Awaited<ReturnType<typeof attemptRequest>>;
    try {
      const made = attemptRequest(data, this.#asCommandJob(data), settings, engine.config);
      // The hooks of the worker may take long, or for ever.
      request = await boundedWait(made, held.signal);
    } catch (error) {
      return await this.#endedBefore(error, data, held);
    }
    // Both hooks take their time.
    await this.#mustHoldLock(held, { is: 'begun' });
    const execution = engine.run(request, { signal: held.signal });
    held.renewLease = () => void execution.renew().catch(() => undefined);
    const outcome = await this.#end(execution, data, held);
    held.renewLease = undefined;
    return await this.#afterEnd(outcome, data, held);
  }

  /** The outcome of a command that was not started. */
  async #endedBefore(error: unknown, data: JobData, held: RunningJob): Promise<CommandOutcome> {
    if (held.ending === 'lost') await this.#mustHoldLock(held, { is: 'begun' });
    if (held.failure === undefined) return await this.#settle(this.#refusal(error, data));
    const status = held.ending === 'cancel' ? 'cancelled' : 'failed';
    const outcome = withoutExecution(this.#facts, status, held.failure);
    return await this.#afterEnd(outcome, data, held);
  }

  #asCommandJob({ key }: JobData): CommandJob {
    const { jobId, attempt } = this.#facts;
    return { id: jobId, queue: this.#shop.queue, attempt, key };
  }

  /** Follows the command to its end. */
  async #end(execution: Execution, data: JobData, held: RunningJob): Promise<CommandOutcome> {
    const { settings, store } = this.#shop;
    const { jobId, attempt } = this.#facts;
    const tails = new Tails(settings.tailBytes);
    const live = settings.live && new LiveLines(store, jobId, attempt, settings.live);
    const lines = (async () => {
      for await (const batch of execution.batches()) {
        tails.add(batch);
        live?.add(batch);
      }
    })().catch(() => undefined);
    try {
      const result = await execution;
      await lines;
      return ofExecution(this.#facts, result, tails, held.failure);
    } catch (error) {
      await lines;
      return this.#refusal(error, data, tails);
    } finally {
      await live?.end(LIVE_END_MS);
    }
  }

  /** The outcome of a request that the engine or a hook refused, or that could not be carried out. */
  #refusal(error: unknown, data: JobData, tails = new Tails(0)): CommandOutcome {
    const info = failureOf(error);
    const result: ExecutionOutcome | undefined =
      error instanceof ExecutionError ? error.result : undefined;
    if (result !== undefined) return ofExecution(this.#facts, result, tails, undefined);
    const outcome = withoutExecution(this.#facts, 'failed', info);
    const reason = error instanceof ExecutionError ? error.reason : undefined;
    return { ...outcome, willRetry: this.#retries(outcome, data, reason) };
  }

  #retries(outcome: CommandOutcome, data: JobData, reason?: ExecutionError['reason']): boolean {
    const hasMore = this.#facts.attempt < (this.#job.opts.attempts ?? 1);
    return hasMore && isRetried(outcome, data.retryOn, reason);
  }

  /** What an ended command means for its job: a worker that goes, and a lock that is gone, leave repeatable ones to others. */
  async #afterEnd(
    outcome: CommandOutcome,
    data: JobData,
    held: RunningJob,
  ): Promise<CommandOutcome> {
    const { store, settings } = this.#shop;
    const code = outcome.error?.code;
    const mayRepeat = data.idempotent || settings.onLost === 'again';
    if (mayRepeat && code === 'ERR_LOST') throw plain(new Error(failureText(outcome.error)));
    if (data.idempotent && code === 'ERR_INTERRUPTED') {
      await store.withdraw(held, this.#token);
      await this.#giveBack();
    }
    return await this.#settle({
      ...outcome,
      willRetry: outcome.willRetry || this.#retries(outcome, data),
    });
  }

  /** To the disk, then to the store. Returns what the store has, which may be the outcome of another worker. */
  async #settle(outcome: CommandOutcome): Promise<CommandOutcome> {
    const { ledger, store, settings, isAbandoned } = this.#shop;
    await ledger.add(outcome).catch(settings.report);
    const { jobId, attempt } = outcome;
    const settled = await persist(
      () => store.settle(jobId, attempt, JSON.stringify(outcome)),
      settings.report,
      isAbandoned,
    );
    if (settled === undefined) throw plain(new Error('The outcome waits in the ledger'));
    ledger.reported();
    return settled.value === undefined ? outcome : readOutcome(settled.value);
  }

  async #leave(id: string, key: string): Promise<void> {
    const { store, line, settings } = this.#shop;
    try {
      await line.letIn(key, await store.leave(id, key, settings.keyLimit(key)));
    } catch (error) {
      settings.report(error);
    }
  }

  async #finished(outcome: CommandOutcome): Promise<void> {
    const { onFinished, report } = this.#shop.settings;
    try {
      await onFinished?.(structuredClone(outcome));
    } catch (error) {
      report(error);
    }
  }
}
