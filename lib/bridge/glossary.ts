/** The names of all fields that a message may speak of. */

import { CONFIG } from './config';
import { LIMITS } from './fields';
import { Glossary } from './names';
import { REQUEST } from './request';

export const glossary = new Glossary([
  ...Object.keys(REQUEST),
  ...Object.keys(CONFIG),
  ...Object.keys(LIMITS),
  'awsCli',
  'conversationId',
  'graceMs',
]);
