/** The side store in PostgreSQL: tables beside the schema of BullMQ, and `NOTIFY` for cancels. */

import type { Client, Pool, PoolClient } from 'pg';
import { LIVE_MS, OUTCOME_MS } from '../bounds';
import { stringsOf } from './message';
import { PlaceTable } from './postgres-places';
import { inTransaction, poolConfig } from './postgres-pool';
import { EXPIRE, SCHEMA } from './postgres-schema';
import type { Beginning, LiveLines, Running, SideStore, Verdict } from './side-store';

const CHANNEL = 'escher_cancels';
const EXPIRE_EVERY_MS = 600_000;
const MOST_TEXTS = 100;
/** A number of our own: two connections that create a table at once would fail. */
const SCHEMA_LOCK = 729_431_177;

const inMs = (ms: number): Date => new Date(Date.now() + ms);

export class PostgresStore implements SideStore {
  readonly #pool: Pool;
  readonly #listener: () => Client;
  readonly #queue: string;
  readonly #report: (error: unknown) => void;
  readonly #places: PlaceTable;
  readonly #expiry: NodeJS.Timeout;
  #listening: Client | undefined;
  #isReady = true;

  private constructor(
    pool: Pool,
    listener: () => Client,
    queue: string,
    report: (error: unknown) => void,
  ) {
    this.#pool = pool;
    this.#listener = listener;
    this.#queue = queue;
    this.#report = report;
    this.#places = new PlaceTable(pool, queue);
    pool.on('error', (error) => this.#failed(error));
    this.#expiry = setInterval(() => void this.#expire(), EXPIRE_EVERY_MS);
    this.#expiry.unref();
  }

  static async open(
    connectionString: string,
    queue: string,
    report: (error: unknown) => void,
  ): Promise<PostgresStore> {
    const { default: pg } = await import('pg');
    const config = poolConfig(connectionString);
    const pool = new pg.Pool({ ...config, max: 8 });
    await inTransaction(pool, async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
      await client.query(SCHEMA);
    });
    return new PostgresStore(pool, () => new pg.Client(config), queue, report);
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** A connection to a database that does not exist was refused. */
  async check(): Promise<void> {}

  async begin(beginning: Beginning): Promise<Verdict> {
    return await this.#places.inTransaction(beginning.key ?? beginning.id, async (client) => {
      const verdict = await this.#known(client, beginning);
      if (verdict !== undefined) {
        if (beginning.key !== null && verdict.is !== 'lost' && verdict.is !== 'held') {
          await this.#places.remove(client, beginning.id, beginning.key);
        }
        return verdict;
      }
      const parked =
        beginning.key === null ? undefined : await this.#places.take(client, beginning);
      if (parked !== undefined) return parked;
      const { id, attempt, token, holdMs } = beginning;
      await client.query(
        `INSERT INTO escher_runs (queue, id, begun, token, expires, held_until)
         VALUES ($1, $2, $3, $4, $5, clock_timestamp() + $6 * interval '1 millisecond')
         ON CONFLICT (queue, id) DO UPDATE SET begun = $3, token = $4, expires = $5,
           held_until = EXCLUDED.held_until`,
        [this.#queue, id, attempt, token, inMs(OUTCOME_MS), holdMs],
      );
      return { is: 'begun' };
    });
  }

  /** Why a job does not begin, whatever its key. */
  async #known(client: PoolClient, beginning: Beginning): Promise<Verdict | undefined> {
    const { id, attempt, token, isRepeatable } = beginning;
    const { rows } = await client.query<{
      attempt: number | null;
      outcome: string;
      begun: number | null;
      token: string | null;
      held: number;
    }>(
      `SELECT attempt, outcome, begun, token,
         ceil(extract(epoch FROM held_until - clock_timestamp()) * 1000)::int AS held
       FROM escher_runs WHERE queue = $1 AND id = $2`,
      [this.#queue, id],
    );
    const run = rows[0];
    if (run !== undefined && run.attempt !== null && run.attempt >= attempt) {
      return { is: 'ended', outcome: run.outcome };
    }
    if (run?.begun === attempt && run.token !== token) {
      // BullMQ lets locks in PostgreSQL expire by the clock of the worker that looks, which may be wrong.
      if (run.held > 0) return { is: 'held', forMs: run.held };
      if (!isRepeatable) return { is: 'lost' };
    }
    const { rows: cancels } = await client.query<{ reason: string }>(
      'SELECT reason FROM escher_cancels WHERE queue = $1 AND id = $2 AND expires > now()',
      [this.#queue, id],
    );
    const reason = cancels[0]?.reason;
    return reason === undefined ? undefined : { is: 'cancelled', reason };
  }

  async withdraw({ id, key }: Running, token: string): Promise<void> {
    const { rowCount } = await this.#pool.query(
      'UPDATE escher_runs SET begun = NULL, token = NULL WHERE queue = $1 AND id = $2 AND token = $3',
      [this.#queue, id, token],
    );
    if (rowCount !== 0 && key !== null) await this.#places.remove(this.#pool, id, key);
  }

  async settle(id: string, attempt: number, outcome: string): Promise<string | undefined> {
    const { rowCount } = await this.#pool.query(
      `INSERT INTO escher_runs AS run (queue, id, attempt, outcome, expires) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (queue, id) DO UPDATE SET attempt = $3, outcome = $4, expires = $5
       WHERE run.attempt IS NULL OR run.attempt < $3`,
      [this.#queue, id, attempt, outcome, inMs(OUTCOME_MS)],
    );
    return rowCount === 0 ? await this.outcome(id) : undefined;
  }

  async outcome(id: string): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ outcome: string | null }>(
      'SELECT outcome FROM escher_runs WHERE queue = $1 AND id = $2 AND expires > now()',
      [this.#queue, id],
    );
    return rows[0]?.outcome ?? undefined;
  }

  async renew(jobs: readonly Running[], holdMs: number): Promise<ReadonlyMap<string, string>> {
    const ids = jobs.map(({ id }) => id);
    await this.#pool.query(
      `UPDATE escher_runs SET expires = $3,
         held_until = clock_timestamp() + $4 * interval '1 millisecond'
       WHERE queue = $1 AND id = ANY($2) AND begun IS NOT NULL`,
      [this.#queue, ids, inMs(OUTCOME_MS), holdMs],
    );
    await this.#places.hold(ids, holdMs);
    const { rows } = await this.#pool.query<{ id: string; reason: string }>(
      'SELECT id, reason FROM escher_cancels WHERE queue = $1 AND id = ANY($2) AND expires > now()',
      [this.#queue, ids],
    );
    return new Map(rows.map(({ id, reason }) => [id, reason]));
  }

  async cancel(id: string, reason: string): Promise<void> {
    await this.#pool.query(
      `INSERT INTO escher_cancels VALUES ($1, $2, $3, $4)
       ON CONFLICT (queue, id) DO UPDATE SET reason = $3, expires = $4`,
      [this.#queue, id, reason, inMs(OUTCOME_MS)],
    );
    const message = JSON.stringify([this.#queue, id, reason]);
    await this.#pool.query('SELECT pg_notify($1, $2)', [CHANNEL, message]);
  }

  async onCancel(listener: (id: string, reason: string) => void): Promise<void> {
    const client = this.#listener();
    this.#listening = client;
    client.on('error', (error) => this.#failed(error));
    client.on('notification', ({ payload }) => {
      const [queue, id, reason] = stringsOf(payload, 3) ?? [];
      if (queue === this.#queue && id !== undefined && reason !== undefined) listener(id, reason);
    });
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
    this.#isReady = true;
    // The server is gone: another connection is made, until it is back or this store is closed.
    client.on('end', () => {
      if (this.#listening === client) setTimeout(() => this.#listenAgain(listener), 1000).unref();
    });
  }

  #listenAgain(listener: (id: string, reason: string) => void): void {
    if (this.#listening === undefined) return;
    this.onCancel(listener).catch((error: unknown) => {
      this.#failed(error);
      setTimeout(() => this.#listenAgain(listener), 1000).unref();
    });
  }

  async arrive(id: string, key: string): Promise<number> {
    return await this.#places.arrive(id, key);
  }

  async leave(id: string, key: string, keyLimit: number): Promise<readonly string[]> {
    return await this.#places.leave(id, key, keyLimit);
  }

  async drop(id: string, key: string): Promise<void> {
    await this.#places.drop(id, key);
  }

  async append(id: string, text: string, keep: number): Promise<void> {
    await this.#pool.query(
      'INSERT INTO escher_lines (queue, id, text, expires) VALUES ($1, $2, $3, $4)',
      [this.#queue, id, text, inMs(LIVE_MS)],
    );
    await this.#pool.query(
      `DELETE FROM escher_lines WHERE queue = $1 AND id = $2 AND seq <=
       (SELECT seq FROM escher_lines WHERE queue = $1 AND id = $2 ORDER BY seq DESC OFFSET $3 LIMIT 1)`,
      [this.#queue, id, keep],
    );
  }

  async read(id: string, cursor: string): Promise<LiveLines> {
    const { rows } = await this.#pool.query<{ seq: string; text: string }>(
      'SELECT seq, text FROM escher_lines WHERE queue = $1 AND id = $2 AND seq > $3 ORDER BY seq LIMIT $4',
      [this.#queue, id, cursor === '' ? 0 : cursor, MOST_TEXTS],
    );
    return { cursor: rows.at(-1)?.seq ?? cursor, texts: rows.map(({ text }) => text) };
  }

  async close(): Promise<void> {
    clearInterval(this.#expiry);
    const listening = this.#listening;
    this.#listening = undefined;
    await listening?.end();
    await this.#pool.end();
  }

  async #expire(): Promise<void> {
    try {
      for (const statement of EXPIRE.trim().split('\n')) {
        await this.#pool.query(statement, [this.#queue]);
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#isReady = false;
    this.#report(error);
  }
}
