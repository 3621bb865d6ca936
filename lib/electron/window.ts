/** One window (its `webContents`): the executions that are its own, and the page that it shows. */

import type { ElectronWebContents } from '../../types/electron';
import { left } from './errors';
import type { Onlookers } from './onlookers';
import type { Settings } from './options';
import type { OwnExecutions } from './own-executions';
import { Page } from './page';

interface NavigationDetails {
  isMainFrame?: boolean;
  isSameDocument?: boolean;
}

export class EngineWindow {
  readonly own: OwnExecutions;
  readonly #webContents: ElectronWebContents;
  readonly #settings: Settings;
  readonly #onlookers: Onlookers;
  /** `page`: it was left or reloaded. `window`: its process or the window itself is gone. */
  readonly #onGone: (what: 'page' | 'window') => void;
  #page: Page | undefined;
  /** The page that a navigation is about to replace. */
  #leaving: Page | undefined;
  readonly #past = new Set<string>();

  constructor(
    webContents: ElectronWebContents,
    own: OwnExecutions,
    settings: Settings,
    onlookers: Onlookers,
    onGone: (what: 'page' | 'window') => void,
  ) {
    this.own = own;
    this.#webContents = webContents;
    this.#settings = settings;
    this.#onlookers = onlookers;
    this.#onGone = onGone;
    webContents.on('did-start-navigation', this.#willLeave);
    webContents.on('did-navigate', this.#left);
    webContents.on('render-process-gone', this.#crashed);
    webContents.on('destroyed', this.#destroyed);
  }

  /** The page with that token. A new one takes the place of the one before. */
  page(token: string): Page {
    if (this.#past.has(token)) throw left();
    if (this.#page?.token === token) {
      // It could not be sent to, so it would hear of nothing.
      if (this.#page.isClosed) throw left();
      return this.#page;
    }
    this.#leave();
    this.#page = new Page(token, this.#webContents, this.#settings, this.#onlookers);
    return this.#page;
  }

  taken(token: string, number: number): void {
    if (this.#page?.token === token) this.#page.taken(number);
  }

  close(): void {
    const contents = this.#webContents;
    this.#closePage();
    // Nothing of a destroyed one may be touched, and it emits nothing any more.
    if (contents.isDestroyed()) return;
    contents.off('did-start-navigation', this.#willLeave);
    contents.off('did-navigate', this.#left);
    contents.off('render-process-gone', this.#crashed);
    contents.off('destroyed', this.#destroyed);
  }

  /**
   * Which page a navigation ends is known at its start: when it is done, the next page may have
   * called already. Older versions of Electron give the facts as further arguments.
   */
  readonly #willLeave = (
    details: NavigationDetails,
    _url?: string,
    inPlace?: boolean,
    mainFrame?: boolean,
  ): void => {
    const isMainFrame = details.isMainFrame ?? mainFrame;
    const isSameDocument = details.isSameDocument ?? inPlace;
    if (isMainFrame === true && isSameDocument !== true) this.#leaving = this.#page;
  };

  readonly #left = (): void => {
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
    this.#past.add(page.token);
    page.close();
  }
}
