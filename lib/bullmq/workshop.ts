/** What a worker shares with the attempts that it makes. Owned by the worker, for as long as it is open. */

import type { ExecutionEngineApi } from '../../types/api';
import type { KeyLine } from './key-line';
import type { Ledger } from './ledger';
import type { WorkerSettings } from './options';
import type { RunningJobs } from './running-jobs';
import type { SideStore } from './store/side-store';

export interface Workshop {
  readonly queue: string;
  readonly host: string;
  readonly engine: ExecutionEngineApi;
  readonly settings: WorkerSettings;
  readonly store: SideStore;
  readonly ledger: Ledger;
  readonly line: KeyLine;
  readonly running: RunningJobs;
  isDraining(): boolean;
  /** Whether `close()` gave up waiting. */
  isAbandoned(): boolean;
}
