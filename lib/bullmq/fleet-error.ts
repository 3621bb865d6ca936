/** The error class of the fleet. */

import type { FleetErrorCode } from '../../types/bullmq';

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
  new FleetError('ERR_JOB_NOT_FOUND', `The store has no job with the id '${id}'`);

export const queueClosed = (): FleetError =>
  new FleetError('ERR_QUEUE_CLOSED', 'The queue was closed');
