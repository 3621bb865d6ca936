/** The names of the engine's methods that the app can allow pages to call. */

import type { PageMethod } from '../../types/electron';

const all: Record<PageMethod, true> = {
  execute: true,
  validate: true,
  cancel: true,
  kill: true,
  renew: true,
  getStatus: true,
  getResult: true,
  waitForCompletion: true,
  sendInput: true,
  closeInput: true,
  resize: true,
  removeExecution: true,
  executePlan: true,
  listExecutions: true,
  runningCount: true,
  queuedCount: true,
  stats: true,
};

export const PAGE_METHODS = Object.keys(all) as readonly PageMethod[];
