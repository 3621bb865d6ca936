/** Keeps engines with work in flight reachable, and ends their commands at process exit. */

import type { NativeEngine } from '../../../types/native';

/**
 * Engines with work. They remain reachable without a reference in user code. An idle engine may be
 * garbage-collected with its threads, which is why the native side refers to JavaScript weakly.
 */
const busy = new Set<object>();

export function keepAlive(owner: object, hasWork: boolean): void {
  if (hasWork) busy.add(owner);
  else busy.delete(owner);
}

const engines = new Set<WeakRef<NativeEngine>>();
let listening = false;

/** Ends the commands of `engine` when the process exits. One listener serves all engines. */
export function abortAtExit(engine: NativeEngine): void {
  if (!listening) {
    listening = true;
    process.on('exit', abortAll);
  }
  for (const reference of engines) if (reference.deref() === undefined) engines.delete(reference);
  engines.add(new WeakRef(engine));
}

/** For an engine that is closed: it has no commands to end. */
export function forgetAtExit(engine: NativeEngine): void {
  for (const reference of engines) if (reference.deref() === engine) engines.delete(reference);
}

function abortAll(): void {
  for (const reference of engines) reference.deref()?.abort();
}
