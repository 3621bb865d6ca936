/** The names of all fields that a message can contain. */

import { CONFIG, LIMITS, REQUEST } from '../../core/index';
import { NameMap } from './names';

export const nameMap = new NameMap([
  ...Object.keys({ ...REQUEST, ...CONFIG, ...LIMITS }),
  'awsCli',
  'conversationId',
  'graceMs',
  'delayMs',
  'dependencyGraph',
  'exitCodes',
  'maxConcurrency',
  'maxDelayMs',
  'stopOnError',
]);
