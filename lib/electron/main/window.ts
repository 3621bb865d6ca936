/** One window (its `webContents`): the executions and plans that it owns, and the page that it shows. */

import type { Execution } from '../../../types/api';
import type { ElectronWebContents } from '../../../types/electron';
import type { RemovedEvent } from '../../../types/events';
import type { PlanRegistry } from '../../core/index';
import { pageGone } from '../page-errors';
import type { ExposeSettings } from './expose-options';
import type { OwnExecutions } from './own-executions';
import { Page } from './page';
import type { Subscriptions } from './subscriptions';

interface NavigationDetails {
  isMainFrame?: boolean;
  isSameDocument?: boolean;
}

export class EngineWindow {
  readonly own: OwnExecutions;
  readonly plans: PlanRegistry<Execution>;
  readonly #webContents: ElectronWebContents;
  readonly #settings: ExposeSettings;
  readonly #subscriptions: Subscriptions;
  /** `page`: the page was left or reloaded. `window`: its process or the window is gone. */
  readonly #onGone: (what: 'page' | 'window') => void;
  #page: Page | undefined;
  /** The page that a navigation in progress will replace. */
  #leaving: Page | undefined;
  readonly #formerTokens = new Set<string>();

  constructor(
    webContents: ElectronWebContents,
    own: OwnExecutions,
    plans: PlanRegistry<Execution>,
    settings: ExposeSettings,
    subscriptions: Subscriptions,
    onGone: (what: 'page' | 'window') => void,
  ) {
    this.own = own;
    this.plans = plans;
    this.#webContents = webContents;
    this.#settings = settings;
    this.#subscriptions = subscriptions;
    this.#onGone = onGone;
    webContents.on('did-start-navigation', this.#willNavigate);
    webContents.on('did-navigate', this.#didNavigate);
    webContents.on('render-process-gone', this.#crashed);
    webContents.on('destroyed', this.#destroyed);
  }

  /** The page with that token. A new page replaces the current one. */
  page(token: string): Page {
    if (this.#formerTokens.has(token)) throw pageGone();
    if (this.#page?.token === token) {
      // Sending to it has failed, so it would receive no events.
      if (this.#page.isClosed) throw pageGone();
      return this.#page;
    }
    this.#leave();
    this.#page = new Page(token, this.#webContents, this.#settings, this.#subscriptions);
    return this.#page;
  }

  /** A record was dropped: its id is free. A page that had access to the execution gets the event. */
  removed(payload: RemovedEvent): void {
    const { executionId } = payload;
    if (this.#settings.access === 'all' || this.own.has(executionId)) this.#page?.removed(payload);
    this.own.delete(executionId);
    this.#page?.raw.delete(executionId);
  }

  acknowledge(token: string, number: number): void {
    if (this.#page?.token === token) this.#page.acknowledge(number);
  }

  close(): void {
    const contents = this.#webContents;
    this.#closePage();
    // Using a destroyed object throws, and it emits no more events.
    if (contents.isDestroyed()) return;
    contents.off('did-start-navigation', this.#willNavigate);
    contents.off('did-navigate', this.#didNavigate);
    contents.off('render-process-gone', this.#crashed);
    contents.off('destroyed', this.#destroyed);
  }

  /**
   * The page that a navigation replaces is known at its start: at its end, the next page may have made
   * a call. Older versions of Electron pass the details as separate arguments.
   */
  readonly #willNavigate = (
    details: NavigationDetails,
    _url?: string,
    inPlace?: boolean,
    mainFrame?: boolean,
  ): void => {
    const isMainFrame = details.isMainFrame ?? mainFrame;
    const isSameDocument = details.isSameDocument ?? inPlace;
    if (isMainFrame === true && isSameDocument !== true) this.#leaving = this.#page;
  };

  readonly #didNavigate = (): void => {
    if (this.#leaving !== undefined && this.#leaving === this.#page) this.#leave();
    this.#leaving = undefined;
  };

  readonly #crashed = (): void => {
    this.#closePage();
    this.#onGone('window');
  };

  readonly #destroyed = (): void => {
    this.close();
    this.#onGone('window');
  };

  #leave(): void {
    if (this.#page === undefined) return;
    this.#closePage();
    this.#onGone('page');
  }

  #closePage(): void {
    const page = this.#page;
    if (page === undefined) return;
    this.#page = undefined;
    this.#formerTokens.add(page.token);
    page.close();
  }
}
