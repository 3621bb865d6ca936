/** `createCommandWorker()`: an engine as a worker of a queue of commands. */

import { hostname, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Queue } from 'bullmq';
import type { ExecutionEngineApi } from '../../types/api';
import type { CommandWorker, CommandWorkerOptions } from '../../types/bullmq';
import type { ExecutionConfig } from '../../types/config';
import type { RecoveredExecution } from '../../types/result';
import { asObject, boundedWait, ownValue, wrongType } from '../core/index';
import { Attempt } from './attempt';
import { asName } from './checks';
import { closeOrCut, within } from './closing';
import { jobStore, sideStore } from './connect';
import { FencedWorker } from './fenced-worker';
import { queueClosed } from './fleet-error';
import { KeyLine } from './key-line';
import { longestGrace } from './lease';
import { Ledger } from './ledger';
import { type WorkerSettings, workerSettings } from './options';
import { type RunningJob, RunningJobs } from './running-jobs';
import type { SideStore } from './store/side-store';
import type { Workshop } from './workshop';

/** Beyond the times that commands get. */
const CLOSE_MS = 10_000;
const LOOK_MS = 20;

/** An engine in this process also has a journal. */
type WorkerEngine = ExecutionEngineApi & {
  readonly recovered?: Promise<readonly RecoveredExecution[]>;
};

/**
 * Takes jobs of a `CommandQueue` and runs their commands with `engine`, which it shuts down at its end. The engine should
 * have no other work, and a `journalDir`, so that what an earlier worker left is ended before the first job.
 *
 * @throws `TypeError` or `RangeError`: names the option, the value and what is allowed
 * @example
 * ```ts
 * const engine = new ExecutionEngine({ journalDir: '/var/lib/worker/journal' });
 * const worker = createCommandWorker('ops', engine, { connection: { host: 'redis' } });
 * process.once('SIGTERM', () => void worker.close());
 * ```
 */
export function createCommandWorker(
  name: string,
  engine: ExecutionEngineApi,
  options: CommandWorkerOptions,
): CommandWorker {
  const queue = asName('name', name);
  const known = asEngine(engine);
  return new EngineWorker(queue, known, workerSettings(options, known.config));
}

function asEngine(value: unknown): WorkerEngine {
  const { run, renew, shutdown, config } = asObject('engine', value);
  const hasMethods = [run, renew, shutdown].every((method) => typeof method === 'function');
  const most = ownValue(config ?? {}, 'maxConcurrentExecutions');
  if (hasMethods && typeof most === 'number') return value as WorkerEngine;
  throw wrongType('engine', 'an engine', value);
}

class EngineWorker implements CommandWorker {
  readonly #name: string;
  readonly #engine: WorkerEngine;
  readonly #settings: WorkerSettings;
  readonly #running = new RunningJobs();
  readonly #queue: Queue;
  readonly #worker: FencedWorker;
  readonly #ready: Promise<Workshop>;
  /** Aborts when `close()` waits no longer for the store. */
  readonly #end = new AbortController();
  #store: SideStore | undefined;
  #ledger: Ledger | undefined;
  #isStarted = false;
  #closing: Promise<void> | undefined;

  constructor(name: string, engine: WorkerEngine, settings: WorkerSettings) {
    this.#name = name;
    this.#engine = engine;
    this.#settings = settings;
    const { connection, backend } = jobStore(settings.connection);
    const common = { connection, prefix: settings.prefix };
    this.#queue = new Queue(name, common, backend) as unknown as Queue;
    this.#queue.on('error', settings.report);
    this.#worker = new FencedWorker(
      name,
      async (job, token) => await new Attempt(await this.#ready, job, token ?? '').run(),
      { ...settings, ...common },
      backend,
      {
        hold: (ids) => this.#hold(ids),
        renewed: (ids) => {
          for (const job of this.#jobs(ids)) job.renewed();
        },
        lost: (ids) => this.#running.end(ids, 'lost'),
      },
    );
    this.#worker.on('error', settings.report);
    this.#ready = this.#start();
    this.#ready.catch(settings.report);
  }

  async ready(): Promise<void> {
    const ready = this.#ready.then(() =>
      Promise.all([this.#worker.waitUntilReady(), this.#queue.waitUntilReady()]),
    );
    const { signal } = this.#end;
    try {
      await boundedWait(ready, signal);
    } catch (error) {
      throw signal.aborted ? queueClosed('worker') : error;
    }
  }

  healthy(): boolean {
    const least = performance.now() - this.#settings.lockMs;
    const hasLocks = [...this.#running.values()].every(({ renewedAt }) => renewedAt > least);
    const isOpen = this.#isStarted && this.#closing === undefined;
    return isOpen && this.#store?.isReady === true && hasLocks;
  }

  running(): readonly string[] {
    return [...this.#running.keys()];
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  /** What earlier workers left is ended and reported before the first job is taken. */
  async #start(): Promise<Workshop> {
    const { report } = this.#settings;
    const ledger = await Ledger.in(ledgerDir(this.#settings, this.#engine.config));
    this.#ledger = ledger;
    await this.#engine.recovered;
    const store = await sideStore(this.#name, this.#settings);
    this.#store = store;
    // `close()` did not wait for it.
    if (this.#end.signal.aborted) await store.close();
    await store.check();
    await ledger.replay(async (outcome) => {
      await store.settle(outcome.jobId, outcome.attempt, JSON.stringify(outcome));
    });
    await store.onCancel((id, reason) => this.#running.end([id], 'cancel', reason));
    this.#isStarted = true;
    if (this.#closing === undefined) this.#worker.run().catch(report);
    return {
      queue: this.#name,
      host: hostname(),
      engine: this.#engine,
      settings: this.#settings,
      store,
      ledger,
      line: new KeyLine(this.#queue, store),
      running: this.#running,
      isDraining: () => this.#closing !== undefined,
      isAbandoned: () => this.#end.signal.aborted,
    };
  }

  #jobs(ids: readonly string[]): RunningJob[] {
    return ids.map((id) => this.#running.get(id)).filter((job) => job !== undefined);
  }

  /** Requests to cancel that were missed are found here. */
  async #hold(ids: readonly string[]): Promise<void> {
    const { lockMs, report } = this.#settings;
    try {
      const reasons = await this.#store?.renew(this.#jobs(ids), lockMs);
      for (const [id, reason] of reasons ?? []) this.#running.end([id], 'cancel', reason);
    } catch (error) {
      report(error);
      throw error;
    }
  }

  async #close(): Promise<void> {
    const { drainMs, lockMs, report } = this.#settings;
    await this.#worker.pause(true).catch(report);
    await this.#drained(drainMs);
    this.#running.end([...this.#running.keys()], 'shutdown');
    await this.#drained(longestGrace(lockMs));
    await this.#engine.shutdown().catch(report);
    // A store that is away must not keep the process.
    await within(CLOSE_MS / 2, this.#worker.close(), report);
    this.#end.abort();
    await this.#closeConnections();
  }

  async #closeConnections(): Promise<void> {
    const { report } = this.#settings;
    await closeOrCut(CLOSE_MS / 4, this.#queue, report);
    await within(CLOSE_MS / 4, this.#worker.disconnect(), report);
    await this.#ledger?.close().catch(report);
    if (this.#store !== undefined) await within(CLOSE_MS / 4, this.#store.close(), report);
  }

  /** Resolves when nothing runs here, at the latest after `ms`. */
  async #drained(ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (this.#running.size > 0 && performance.now() < end) await pause(LOOK_MS);
  }
}

/** Users have directories of their own in the temporary directory. */
function ledgerDir(
  { ledgerDir: given }: WorkerSettings,
  config: Readonly<ExecutionConfig>,
): string {
  if (given !== undefined) return given;
  if (config.journalDir !== undefined) return path.join(config.journalDir, 'fleet');
  return path.join(tmpdir(), `escher-execution-engine-fleet-${userInfo().uid}`);
}
