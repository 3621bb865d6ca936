/** The callbacks of a page for the events of one execution or plan. */

import type { WireEvent } from '../ipc';
import { type Callback, callSafely, type PageClient } from './page-client';

type EventName = WireEvent[1];

export type Deliver = (name: EventName, payload: unknown) => unknown;

/** `table`: the event of each callback. */
export function callbacksByEvent(
  table: Readonly<Record<string, EventName>>,
  callbacks: object | undefined,
): Map<EventName, Callback> {
  const byEvent = new Map<EventName, Callback>();
  for (const [name, callback] of Object.entries(callbacks ?? {})) {
    const event = Object.hasOwn(table, name) ? table[name] : undefined;
    if (event === undefined) {
      throw invalid(`Unknown callback '${name}'. Allowed: ${Object.keys(table).join(', ')}`);
    }
    if (callback === undefined) continue;
    if (typeof callback !== 'function') throw invalid(`The callback '${name}' must be a function`);
    byEvent.set(event, callback);
  }
  return byEvent;
}

/** `begin` starts the watch with the given number and resolves with the id. The last event is `settled`. */
export async function begun(
  client: PageClient,
  byEvent: ReadonlyMap<EventName, Callback>,
  begin: (number: number, deliver: Deliver) => Promise<string>,
): Promise<{ id: string; number: number }> {
  const number = client.receive(deliver);
  function deliver(name: EventName, payload: unknown): unknown {
    if (name === 'settled') client.forget(number);
    const callback = byEvent.get(name);
    return callback === undefined ? undefined : callSafely(callback, payload as never);
  }
  try {
    return { id: await begin(number, deliver), number };
  } catch (error) {
    client.forget(number);
    throw error;
  }
}

function invalid(message: string) {
  return { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message, isRetryable: false };
}
