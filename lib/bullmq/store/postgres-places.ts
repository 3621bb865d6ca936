/** The places of keys in PostgreSQL: which jobs of a key run, and which wait in which order. */

import type { Pool, PoolClient } from 'pg';
import { inTransaction } from './postgres-pool';
import type { Beginning, Verdict } from './side-store';

export class PlaceTable {
  readonly #pool: Pool;
  readonly #queue: string;

  constructor(pool: Pool, queue: string) {
    this.#pool = pool;
    this.#queue = queue;
  }

  /** Runs `step` alone among those of the same name. */
  async inTransaction<T>(name: string, step: (client: PoolClient) => Promise<T>): Promise<T> {
    return await inTransaction(this.#pool, async (client) => {
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `${this.#queue}:${name}`,
      ]);
      return await step(client);
    });
  }

  /** Gives the job a place, or says how many are before it. */
  async take(
    client: PoolClient,
    { id, key, keyLimit, holdMs }: Beginning,
  ): Promise<Verdict | undefined> {
    const name = key as string;
    await this.#enter(client, id, name);
    const free = await this.#free(client, id, name, keyLimit);
    const line = await this.#line(client, name, free);
    const { rows } = await client.query<{ held: boolean; rank: number }>(
      `SELECT held_until IS NOT NULL AS held, (SELECT count(*)::int FROM escher_places before
         WHERE before.queue = $1 AND before.key = $2 AND before.held_until IS NULL
         AND (before.arrived, before.id) < (own.arrived, own.id)) AS rank
       FROM escher_places own WHERE queue = $1 AND key = $2 AND id = $3`,
      [this.#queue, name, id],
    );
    const { held, rank } = rows[0] ?? { held: false, rank: 0 };
    if (!held && rank >= free) return { is: 'parked', rank, next: line };
    await client.query(
      `UPDATE escher_places SET held_until = now() + $4 * interval '1 millisecond'
       WHERE queue = $1 AND key = $2 AND id = $3`,
      [this.#queue, name, id, holdMs],
    );
    return undefined;
  }

  async arrive(id: string, key: string): Promise<number> {
    return await this.inTransaction(key, async (client) => {
      await this.#enter(client, id, key);
      const { rows } = await client.query<{ rank: number }>(
        'SELECT count(*)::int - 1 AS rank FROM escher_places WHERE queue = $1 AND key = $2 AND held_until IS NULL',
        [this.#queue, key],
      );
      return rows[0]?.rank ?? 0;
    });
  }

  async leave(id: string, key: string, keyLimit: number): Promise<readonly string[]> {
    return await this.inTransaction(key, async (client) => {
      await this.remove(client, id, key);
      return await this.#line(client, key, await this.#free(client, id, key, keyLimit));
    });
  }

  async remove(client: Pool | PoolClient, id: string, key: string): Promise<void> {
    await client.query('DELETE FROM escher_places WHERE queue = $1 AND key = $2 AND id = $3', [
      this.#queue,
      key,
      id,
    ]);
  }

  /** A job is in its line before it is in the store. */
  async drop(id: string, key: string): Promise<void> {
    await this.#pool.query(
      `DELETE FROM escher_places WHERE queue = $1 AND key = $2 AND id = $3
       AND arrived < now() - interval '10 seconds'`,
      [this.#queue, key, id],
    );
  }

  async hold(ids: readonly string[], holdMs: number): Promise<void> {
    await this.#pool.query(
      `UPDATE escher_places SET held_until = now() + $3 * interval '1 millisecond'
       WHERE queue = $1 AND id = ANY($2) AND held_until IS NOT NULL`,
      [this.#queue, ids, holdMs],
    );
  }

  async #enter(client: PoolClient, id: string, key: string): Promise<void> {
    await client.query(
      `INSERT INTO escher_places (queue, key, id, arrived) VALUES ($1, $2, $3, clock_timestamp())
       ON CONFLICT DO NOTHING`,
      [this.#queue, key, id],
    );
  }

  /** The places that are free for others; those of lost workers are freed first. */
  async #free(client: PoolClient, id: string, key: string, keyLimit: number): Promise<number> {
    await client.query(
      'DELETE FROM escher_places WHERE queue = $1 AND key = $2 AND held_until < now() AND id <> $3',
      [this.#queue, key, id],
    );
    const { rows } = await client.query<{ held: number }>(
      `SELECT count(*)::int AS held FROM escher_places
       WHERE queue = $1 AND key = $2 AND held_until IS NOT NULL`,
      [this.#queue, key],
    );
    return Math.max(keyLimit - (rows[0]?.held ?? 0), 0);
  }

  async #line(client: PoolClient, key: string, count: number): Promise<string[]> {
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM escher_places WHERE queue = $1 AND key = $2 AND held_until IS NULL
       ORDER BY arrived, id LIMIT $3`,
      [this.#queue, key, count],
    );
    return rows.map(({ id }) => id);
  }
}
