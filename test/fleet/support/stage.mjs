// The stage of one proof: a store, a queue, workers and commands, all of which end with it.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CommandQueue } from 'escher-execution-engine/bullmq';
import { Commands } from './commands.mjs';
import { PostgresServer } from './postgres-server.mjs';
import { CuttableProxy } from './proxy.mjs';
import { RedisServer } from './redis-server.mjs';
import { WorkerProcess } from './worker-process.mjs';

/** Short, so that a lost lock is noticed soon, and long enough for a busy machine. */
export const LOCK_MS = 6000;

export class Stage {
  #workers = [];
  #proxies = [];
  #closers = [];
  #count = 0;
  errors = [];

  static async set(kind, { keepsAll = true } = {}) {
    const stage = new Stage();
    stage.folder = mkdtempSync(path.join(os.tmpdir(), 'fleet-'));
    stage.commands = new Commands(stage.folder);
    const Server = kind === 'postgres' ? PostgresServer : RedisServer;
    stage.store = await Server.start(stage.folder, { keepsAll });
    stage.queue = stage.queueOn(stage.store.connection);
    return stage;
  }

  queueOn(connection, options = {}) {
    const queue = new CommandQueue('ops', {
      connection,
      onError: (error) => this.errors.push(error.message),
      ...options,
    });
    this.#closers.push(() => queue.close());
    return queue;
  }

  async proxy() {
    const proxy = await CuttableProxy.to(this.store.port);
    this.#proxies.push(proxy);
    proxy.connection = this.store.connectionAt(proxy.port);
    return proxy;
  }

  /** `ledger`: workers with the same name have the same directory, as on the same machine. `aheadMs`: a wrong clock. */
  async worker(settings) {
    const worker = this.starting(settings);
    await worker.ready();
    return worker;
  }

  /** The same without waiting until it takes jobs. */
  starting(settings = {}) {
    const {
      ledger = `ledger-${++this.#count}`,
      connection,
      engine,
      aheadMs,
      ...options
    } = settings;
    const worker = new WorkerProcess({
      queue: 'ops',
      engine,
      aheadMs,
      options: {
        connection: connection ?? this.store.connection,
        lockMs: LOCK_MS,
        ledgerDir: path.join(this.folder, ledger),
        ...options,
      },
    });
    this.#workers.push(worker);
    return worker;
  }

  async clear() {
    for (const worker of this.#workers) await worker.end('SIGKILL');
    for (const close of this.#closers) await close();
    for (const proxy of this.#proxies) proxy.close();
    await this.store.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
