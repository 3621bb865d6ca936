/** The messages between the main process and a preload script: plain data, cloned on the way. */

import type { PageError, PageEventName } from '../../types/electron';
import type { PlanEventName } from '../../types/plan-data';

export const DEFAULT_CHANNEL = 'execution-engine';

/** For `invoke`: a {@link Call}, answered by a {@link Reply}. */
export const callChannel = (channel: string): string => `${channel}:call`;
/** To the page: a {@link Batch}. */
export const eventChannel = (channel: string): string => `${channel}:events`;
/** For `send`: an {@link Acknowledgement}. */
export const ackChannel = (channel: string): string => `${channel}:taken`;

export interface Call {
  /** A random token of one load of a page. The calls of an earlier load are obsolete. */
  page: string;
  method: string;
  args: unknown[];
}

/** An error is data: of a rejection Electron transfers the message only. */
export type Reply = { value: unknown } | { error: PageError };

/** The events of a plan. `lines` has a batch of lines of its steps. */
export type PlanWireName = PlanEventName | 'lines' | 'settled';

/** An event for the watch with that number, or for the listeners of the page. */
export type WireEvent = [watch: number, name: PageEventName | PlanWireName, payload: unknown];

export interface Batch {
  page: string;
  number: number;
  events: WireEvent[];
}

/** The callbacks of the page have processed a batch. */
export interface Acknowledgement {
  page: string;
  number: number;
}

/** The watch number of the listeners of the page. */
export const LISTENERS = 0;

/** The argument with which the main process makes the preload script expose the API. */
export const PRELOAD_ARGUMENT = '--escher-execution-engine=';
