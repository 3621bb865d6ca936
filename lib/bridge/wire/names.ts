/** Names of the API (`timeoutMs`) and of the wire (`timeout_ms`), alone and in messages. */

export const toSnake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Errors whose messages already use the names of the wire. */
const inWireNames = new WeakSet<object>();

/** Marks an error that `read` throws: its message uses the names on the line. */
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
export class NameMap {
  readonly #toWire = new Map<string, string>();
  readonly #fromWire = new Map<string, string>();

  /** Names of one word are the same on both sides. */
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

/** Text in single quotes is a value of the caller and is not translated. */
function translated(message: string, names: ReadonlyMap<string, string>): string {
  return message.replace(/'[^']*'|\w+/g, (word) => names.get(word) ?? word);
}
