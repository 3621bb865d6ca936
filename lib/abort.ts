/** Listens to abort signals: one listener per signal, however many executions share it. */

type Callback = () => void;

const subscribers = new WeakMap<AbortSignal, Set<Callback>>();

/**
 * Calls back when `signal` is aborted; returns the function that ends this. Node warns of a leak
 * from the eleventh listener of a signal on, and a signal for a hundred commands is no leak.
 */
export function onAbort(signal: AbortSignal, callback: Callback): () => void {
  let callbacks = subscribers.get(signal);
  if (callbacks === undefined) {
    callbacks = new Set();
    subscribers.set(signal, callbacks);
  }
  if (callbacks.size === 0) signal.addEventListener('abort', notify);
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0) signal.removeEventListener('abort', notify);
  };
}

function notify(event: Event): void {
  const signal = event.target as AbortSignal;
  for (const callback of [...(subscribers.get(signal) ?? [])]) callback();
}
