/** The side store in Redis: hashes, sorted sets and streams beside the keys of BullMQ, and a channel for cancels. */

import type { Redis, RedisOptions } from 'ioredis';
import type { FleetRedis } from '../../../types/bullmq';
import { LIVE_MS, OUTCOME_MS } from '../bounds';
import type { Names } from '../names';
import { stringsOf } from './message';
import { SCRIPTS } from './redis-scripts';
import type { Beginning, LiveLines, Running, SideStore, Verdict } from './side-store';

/** What a line may wait for a job that is being added. */
const ARRIVAL_MS = 10_000;
/** Texts that one read returns. */
const MOST_TEXTS = 100;

type Script = keyof typeof SCRIPTS;

export const redisOptions = (connection: FleetRedis): Omit<RedisOptions, 'replyMapping'> => ({
  ...(connection as RedisOptions),
  // Commands wait for the connection: a worker repeats nothing itself.
  maxRetriesPerRequest: null,
  retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 1000),
});

export class RedisStore implements SideStore {
  readonly #client: Redis;
  readonly #names: Names;
  readonly #report: (error: unknown) => void;
  #subscriber: Redis | undefined;
  #isChecked = false;

  private constructor(client: Redis, names: Names, report: (error: unknown) => void) {
    this.#client = client;
    this.#names = names;
    this.#report = report;
    client.on('error', report);
    for (const [name, script] of Object.entries(SCRIPTS))
      client.defineCommand(`escher:${name}`, script);
  }

  static async open(
    connection: FleetRedis,
    names: Names,
    report: (error: unknown) => void,
  ): Promise<RedisStore> {
    const { Redis } = await import('ioredis');
    return new RedisStore(new Redis(redisOptions(connection)), names, report);
  }

  get isReady(): boolean {
    return this.#client.status === 'ready';
  }

  /** A connection goes on with the first database where the server does not have the one that was chosen. */
  async check(): Promise<void> {
    if (this.#isChecked) return;
    const { db } = this.#client.options;
    if (db !== undefined && db > 0) await this.#client.select(db);
    this.#isChecked = true;
  }

  async begin(beginning: Beginning): Promise<Verdict> {
    const { id, attempt, token, isRepeatable, key, keyLimit, holdMs } = beginning;
    const { run, cancelled, line, held } = this.#names;
    const reply = (await this.#call('begin', [
      ...[run(id), cancelled(id), line(key ?? ''), held(key ?? '')],
      ...[
        id,
        attempt,
        token,
        isRepeatable ? 1 : 0,
        key === null ? 0 : keyLimit,
        holdMs,
        OUTCOME_MS,
      ],
    ])) as [string, ...(string | number)[]];
    return asVerdict(reply);
  }

  async withdraw({ id, key }: Running, token: string): Promise<void> {
    await this.#call('withdraw', [this.#names.run(id), this.#names.held(key ?? ''), id, token]);
  }

  async settle(id: string, attempt: number, outcome: string): Promise<string | undefined> {
    const known = await this.#call('settle', [this.#names.run(id), attempt, outcome, OUTCOME_MS]);
    return typeof known === 'string' ? known : undefined;
  }

  async outcome(id: string): Promise<string | undefined> {
    return (await this.#client.hget(this.#names.run(id), 'outcome')) ?? undefined;
  }

  async renew(jobs: readonly Running[], holdMs: number): Promise<ReadonlyMap<string, string>> {
    const { run, cancelled, held } = this.#names;
    const reasons = await Promise.all(
      jobs.map(({ id, key }) =>
        this.#call('renew', [run(id), cancelled(id), held(key ?? ''), id, holdMs, OUTCOME_MS]),
      ),
    );
    const found = new Map<string, string>();
    jobs.forEach(({ id }, index) => {
      const reason = reasons[index];
      if (typeof reason === 'string') found.set(id, reason);
    });
    return found;
  }

  async cancel(id: string, reason: string): Promise<void> {
    await this.#client.set(this.#names.cancelled(id), reason, 'PX', OUTCOME_MS);
    await this.#client.publish(this.#names.cancels, JSON.stringify([id, reason]));
  }

  async onCancel(listener: (id: string, reason: string) => void): Promise<void> {
    this.#subscriber ??= this.#client.duplicate();
    this.#subscriber.on('error', this.#report);
    this.#subscriber.on('message', (_channel: string, message: string) => {
      const [id, reason] = stringsOf(message, 2) ?? [];
      if (id !== undefined && reason !== undefined) listener(id, reason);
    });
    await this.#subscriber.subscribe(this.#names.cancels);
  }

  async arrive(id: string, key: string): Promise<number> {
    return (await this.#call('arrive', [this.#names.line(key), id, OUTCOME_MS])) as number;
  }

  async leave(id: string, key: string, keyLimit: number): Promise<readonly string[]> {
    const { line, held } = this.#names;
    return (await this.#call('leave', [line(key), held(key), id, keyLimit])) as string[];
  }

  async drop(id: string, key: string): Promise<void> {
    await this.#call('drop', [this.#names.line(key), id, ARRIVAL_MS]);
  }

  async append(id: string, text: string, keep: number): Promise<void> {
    await this.#call('append', [this.#names.live(id), text, keep, LIVE_MS]);
  }

  async read(id: string, cursor: string): Promise<LiveLines> {
    const from = cursor === '' ? '-' : `(${cursor}`;
    const entries = await this.#client.xrange(this.#names.live(id), from, '+', 'COUNT', MOST_TEXTS);
    return {
      cursor: entries.at(-1)?.[0] ?? cursor,
      texts: entries.map(([, fields]) => fields[1] ?? ''),
    };
  }

  async close(): Promise<void> {
    this.#subscriber?.disconnect();
    this.#client.disconnect();
  }

  #call(script: Script, values: readonly (string | number)[]): Promise<unknown> {
    const commands = this.#client as unknown as Record<
      string,
      (...values: readonly (string | number)[]) => Promise<unknown>
    >;
    return (commands[`escher:${script}`] as (typeof commands)[string]).call(
      this.#client,
      ...values,
    );
  }
}

function asVerdict([is, ...rest]: [string, ...(string | number)[]]): Verdict {
  if (is === 'ended') return { is, outcome: String(rest[0]) };
  if (is === 'cancelled') return { is, reason: String(rest[0]) };
  if (is === 'lost') return { is };
  if (is === 'parked') return { is, rank: Number(rest[0]), next: rest.slice(1).map(String) };
  return { is: 'begun' };
}
