/** Names and numbers of the signals of this platform. */

import type * as os from 'node:os';
import { similarValue } from './similar';

let numbers: Readonly<Record<string, number>> | undefined;
let names: Map<number, string> | undefined;

function signalNumbers(): Readonly<Record<string, number>> {
  numbers ??= (require('node:os') as typeof os).constants.signals;
  return numbers;
}

function signalNames(): Map<number, string> {
  if (names === undefined) {
    names = new Map();
    // An alias comes after the usual name (SIGIOT after SIGABRT), so the first name is kept.
    for (const [name, number] of Object.entries(signalNumbers())) {
      if (!names.has(number)) names.set(number, name);
    }
  }
  return names;
}

/** Real-time signals have numbers only. The C library uses 32 and 33 itself. */
const isRealTime = (number: number): boolean =>
  process.platform === 'linux' && Number.isInteger(number) && number >= 34 && number <= 64;

/**
 * The number of a signal given by name or number. `undefined` if this platform has no such signal.
 */
export function signalNumber(signal: string | number): number | undefined {
  if (typeof signal === 'number') {
    return signalNames().has(signal) || isRealTime(signal) ? signal : undefined;
  }
  const name = signal.toUpperCase();
  if (Object.hasOwn(signalNumbers(), name)) return signalNumbers()[name];
  // As a result names it.
  const number = Number(/^SIG(\d\d)$/.exec(name)?.[1]);
  return isRealTime(number) ? number : undefined;
}

/**
 * The name of a signal number. A signal without a name (a real-time signal) is named by its number.
 */
export function signalName(number: number): string {
  return signalNames().get(number) ?? `SIG${number}`;
}

/** `SIGTERM` for `TERM`, `sig-term` and `SIGTREM`. `undefined` if no name of a signal is that similar. */
export function similarSignal(given: unknown): string | undefined {
  const name = `SIG${String(given)
    .toUpperCase()
    .replace(/^SIG/, '')
    .replace(/[^A-Z\d]/g, '')}`;
  return signalNumber(name) === undefined ? similarValue(name, Object.keys(signalNumbers())) : name;
}
