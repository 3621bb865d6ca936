/** Names of the API (`timeoutMs`) and of the wire (`timeout_ms`), and messages that speak of them. */

export const toSnake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Errors whose messages speak of the wire as it was written. */
const inWireNames = new WeakSet<object>();

/** What `read` throws keeps its words: it is about what stands on the line. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    inWireNames.add(error as object);
    throw error;
  }
}

export const isInWireNames = (error: object): boolean => inWireNames.has(error);

/** Translates the names of fields in messages, both ways. */
export class Glossary {
  readonly #toWire = new Map<string, string>();
  readonly #fromWire = new Map<string, string>();

  /** Only names of more than one word: the others are the same on both sides. */
  constructor(names: readonly string[]) {
    for (const name of names) {
      const wire = toSnake(name);
      if (wire === name) continue;
      this.#toWire.set(name, wire);
      this.#fromWire.set(wire, name);
    }
  }

  toWire(message: string): string {
    return translated(message, this.#toWire);
  }

  fromWire(message: string): string {
    return translated(message, this.#fromWire);
  }
}

/** What stands in single quotes is what the caller gave, and stays as it is. */
function translated(message: string, names: ReadonlyMap<string, string>): string {
  return message.replace(/'[^']*'|\w+/g, (word) => names.get(word) ?? word);
}
