/** The check of a job id. BullMQ has the data of a job under its id, beside keys of its own. Pure. */

import { QueueKeys } from 'bullmq';
import { wrongValue } from '../core/index';
import { shown, textWithin } from './checks';

const LONGEST_ID = 256;

/** What stands in the place of an id. `priority` and `delay` are keys of earlier versions. */
const RESERVED: readonly string[] = [
  ...Object.keys(new QueueKeys().getKeys('')),
  ...['priority', 'delay', 'metrics', 'escher'],
];

/** Of a job of a schedule. Every other name with a colon is one of a part of a job, of the queue, or of this package. */
const SCHEDULED = /^repeat:[^:]+:\d+$/;

const checkText = textWithin(LONGEST_ID);

export function asJobId(name: string, value: unknown): string {
  const id = checkText(name, value);
  if (!RESERVED.includes(id) && (!id.includes(':') || SCHEDULED.test(id))) return id;
  throw wrongValue(name, `must be the id of a job, and not a name that BullMQ uses. ${shown(id)}`);
}
