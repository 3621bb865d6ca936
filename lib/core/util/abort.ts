/** Abort signals: one listener per signal, however many executions share the signal. */

type Callback = () => void;

interface Subscription {
  /** Each is called once. */
  readonly callbacks: Set<Callback>;
  readonly notify: () => void;
}

const subscriptions = new WeakMap<AbortSignal, Subscription>();

/**
 * Calls `callback` once when `signal` aborts, which a signal of a polyfill may do before this function returns. Returns
 * a function that unsubscribes. Node warns about a leak at the eleventh listener of a signal, but one signal for a
 * hundred commands is not a leak.
 *
 * @throws whatever `addEventListener` of the signal throws; there is no subscription then
 */
export function onAbort(signal: AbortSignal, callback: Callback): () => void {
  const { callbacks, notify } = subscriptionTo(signal);
  const isFirst = callbacks.size === 0;
  // Before the listener is added: that can abort the signal.
  callbacks.add(callback);
  try {
    if (isFirst) signal.addEventListener('abort', notify);
  } catch (error) {
    callbacks.delete(callback);
    throw error;
  }
  // It can have aborted without an event.
  notify();
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0) removeListener(signal, notify);
  };
}

/** A listener that remains because `removeEventListener` of a polyfill throws has nothing to call. */
function removeListener(signal: AbortSignal, notify: () => void): void {
  try {
    signal.removeEventListener('abort', notify);
  } catch {
    // The execution that it was for has ended. Only an uncaught exception could report it.
  }
}

function subscriptionTo(signal: AbortSignal): Subscription {
  const known = subscriptions.get(signal);
  if (known !== undefined) return known;
  const callbacks = new Set<Callback>();
  // The signal itself is asked: the events of a polyfill may have no target, and anyone can dispatch one.
  const notify = (): void => {
    if (!signal.aborted) return;
    for (const callback of [...callbacks]) {
      callbacks.delete(callback);
      callback();
    }
  };
  const subscription = { callbacks, notify };
  subscriptions.set(signal, subscription);
  return subscription;
}
