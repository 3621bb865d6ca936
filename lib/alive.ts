/**
 * What has to outlast its owner: engines with work in flight, and the clean end of all at process
 * exit.
 */

import type { NativeEngine } from '../types/native';

/**
 * Engines that work stay reachable even when nobody holds them; one that idles may be collected,
 * threads and all. (The native side refers to JavaScript weakly for that reason.)
 */
const busy = new Set<object>();

export function keepAlive(owner: object, working: boolean): void {
  if (working) busy.add(owner);
  else busy.delete(owner);
}

const engines = new Set<WeakRef<NativeEngine>>();
let listening = false;

/** Ends what still runs when the process exits. One listener serves all engines. */
export function abortAtExit(engine: NativeEngine): void {
  if (!listening) {
    listening = true;
    process.on('exit', abortAll);
  }
  for (const reference of engines) if (reference.deref() === undefined) engines.delete(reference);
  engines.add(new WeakRef(engine));
}

/** A closed engine has nothing left to end. */
export function forgetAtExit(engine: NativeEngine): void {
  for (const reference of engines) if (reference.deref() === engine) engines.delete(reference);
}

function abortAll(): void {
  for (const reference of engines) reference.deref()?.abort();
}
