/** How connections to PostgreSQL are made, for the side store and for BullMQ, and transactions. The JavaScript thread. */

import type { Pool, PoolClient, PoolConfig } from 'pg';

/**
 * When the server ends a transaction whose client sends nothing. A client that was cut off by the network would otherwise
 * hold its locks until the TCP connection fails, which takes hours, and no worker could begin or start meanwhile.
 */
const IDLE_IN_TRANSACTION_MS = 10_000;

/** When the kernel begins to ask an idle server whether it is there. A client that only listens would not notice. */
const KEEP_ALIVE_AFTER_MS = 10_000;

export const poolConfig = (connectionString: string): PoolConfig => ({
  connectionString,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  // The pool listens to idle connections only. The others report to their query; without a listener they end the process.
  verify: (client, done) => {
    client.on('error', () => undefined);
    done();
  },
});

export async function inTransaction<T>(
  pool: Pool,
  step: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let isBroken = true;
  try {
    await client.query('BEGIN');
    const value = await step(client);
    await client.query('COMMIT');
    isBroken = false;
    return value;
  } finally {
    // A transaction that failed ends with its connection.
    client.release(isBroken);
  }
}
