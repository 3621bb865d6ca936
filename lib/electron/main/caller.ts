/** The page that makes a call, and what a call uses. */

import type { ExecutionEngineApi } from '../../../types/api';
import type { PageSender } from '../../../types/electron-main';
import type { ExecutionHubs } from './execution-hub';
import type { ExposeSettings } from './expose-options';
import type { Page } from './page';
import type { EngineWindow } from './window';

export interface Caller {
  engine: ExecutionEngineApi;
  settings: ExposeSettings;
  hubs: ExecutionHubs;
  sender: PageSender;
  window: EngineWindow;
  page: Page;
}
