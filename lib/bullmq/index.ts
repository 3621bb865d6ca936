/** The public names of `escher-execution-engine/bullmq`. */

export type {
  AddOptions,
  CommandFailure,
  CommandJob,
  CommandOutcome,
  CommandQueueOptions,
  CommandWorker,
  CommandWorkerOptions,
  FleetBackoff,
  FleetConnection,
  FleetErrorCode,
  FleetOptions,
  FleetPostgres,
  FleetRedis,
  FleetRetention,
  JobStatus,
  RetryOn,
  TailLine,
} from '../../types/bullmq';
export { FleetError } from './fleet-error';
export { CommandQueue } from './queue';
export { createCommandWorker } from './worker';
