/** The error class of the fleet. */

import type { FleetErrorCode } from '../../types/bullmq';
import { shortened } from '../core/index';

/** An error of a queue. The errors of commands are data, in their outcomes. */
export class FleetError extends Error {
  readonly code: FleetErrorCode;

  constructor(code: FleetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = 'FleetError';
  }
}

export const jobNotFound = (id: string): FleetError =>
  new FleetError('ERR_JOB_NOT_FOUND', `The store has no job with the id '${shortened(id)}'`);

export const queueClosed = (what: 'queue' | 'worker' = 'queue'): FleetError =>
  new FleetError('ERR_QUEUE_CLOSED', `The ${what} was closed`);
