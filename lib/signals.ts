/** Names and numbers of this platform's signals. */

import type * as os from 'node:os';

let numbers: Readonly<Record<string, number>> | undefined;
let names: Map<number, string> | undefined;

function signalNumbers(): Readonly<Record<string, number>> {
  numbers ??= (require('node:os') as typeof os).constants.signals;
  return numbers;
}

function signalNames(): Map<number, string> {
  if (names === undefined) {
    names = new Map();
    // Aliases stand behind the usual name (SIGIOT behind SIGABRT), so the first one is kept.
    for (const [name, number] of Object.entries(signalNumbers())) {
      if (!names.has(number)) names.set(number, name);
    }
  }
  return names;
}

/**
 * The number of a signal given by name or number, or `undefined` if there is no such signal here.
 */
export function signalNumber(signal: string | number): number | undefined {
  if (typeof signal === 'number') return signalNames().has(signal) ? signal : undefined;
  const name = signal.toUpperCase();
  return Object.hasOwn(signalNumbers(), name) ? signalNumbers()[name] : undefined;
}

/**
 * The name of a signal number; nameless ones (the real-time signals) are called by their number.
 */
export function signalName(number: number): string {
  return signalNames().get(number) ?? `SIG${number}`;
}
