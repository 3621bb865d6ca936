/** What goes between the main process and a preload script. Plain data, cloned on its way. */

import type { PageError, PageEventName } from '../../types/electron';

export const DEFAULT_CHANNEL = 'execution-engine';

/** `invoke`: a {@link Call}, answered by a {@link Reply}. */
export const callChannel = (channel: string): string => `${channel}:call`;
/** To the page: {@link Batch}. */
export const eventChannel = (channel: string): string => `${channel}:events`;
/** `send`: {@link Taken}. */
export const takenChannel = (channel: string): string => `${channel}:taken`;

export interface Call {
  /** Random, of one load of a page: what an older one asked for is over. */
  page: string;
  method: string;
  args: unknown[];
}

/** Electron would keep nothing but the message of a rejection. */
export type Reply = { value: unknown } | { error: PageError };

/** The number of the watch (0: the listeners of the page), and what happened. */
export type WireEvent = [watch: number, name: PageEventName, payload: unknown];

export interface Batch {
  page: string;
  number: number;
  events: WireEvent[];
}

/** The page is done with a batch. */
export interface Taken {
  page: string;
  number: number;
}

/** The watch that stands for the listeners of the page. */
export const LISTENERS = 0;

/** Argument by which the main process asks the preload script to expose the API by itself. */
export const PRELOAD_ARGUMENT = '--escher-execution-engine=';
