/** Opens the side store, and says to BullMQ where its jobs are. */

import {
  type BackendFactory,
  createPostgresBackend,
  createRedisBackend,
  type IQueueBackend,
} from 'bullmq';
import type { FleetConnection } from '../../types/bullmq';
import { isPostgres } from './connection-option';
import { namesOf } from './names';
import type { SharedSettings } from './options';
import { poolConfig } from './store/postgres-pool';
import { PostgresStore } from './store/postgres-store';
import { RedisStore, redisOptions } from './store/redis-store';
import type { SideStore } from './store/side-store';

/** What the classes of BullMQ take. */
export interface JobStore {
  readonly connection: object;
  readonly backend: BackendFactory<IQueueBackend, object>;
}

export function jobStore(connection: FleetConnection): JobStore {
  if (isPostgres(connection)) {
    return {
      // The first one that connects makes the tables.
      connection: { ...poolConfig(connection.postgres), migrate: true },
      backend: createPostgresBackend as unknown as JobStore['backend'],
    };
  }
  return {
    connection: redisOptions(connection),
    backend: createRedisBackend as unknown as JobStore['backend'],
  };
}

export async function sideStore(queue: string, settings: SharedSettings): Promise<SideStore> {
  const { connection, prefix, report } = settings;
  if (isPostgres(connection)) {
    return await PostgresStore.open(connection.postgres, `${prefix}:${queue}`, report);
  }
  return await RedisStore.open(connection, namesOf(prefix, queue), report);
}
