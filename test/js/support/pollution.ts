/** Runs `body` while `Object.prototype` has additional properties. */
export async function polluted(
  properties: Readonly<Record<string, unknown>>,
  body: () => Promise<void>,
): Promise<void> {
  for (const [name, value] of Object.entries(properties)) {
    // Not enumerable, so that loops of the test runner are not affected.
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
  }
  try {
    await body();
  } finally {
    for (const name of Object.keys(properties)) {
      delete (Object.prototype as unknown as Record<string, unknown>)[name];
    }
  }
}

/** Runs `body` while `Object.prototype` has setters. Returns the names of those that were called. */
export async function calledSetters(
  names: readonly string[],
  body: () => unknown,
): Promise<string[]> {
  const called = new Set<string>();
  for (const name of names) {
    const set = (): void => void called.add(name);
    Object.defineProperty(Object.prototype, name, {
      get: () => undefined,
      set,
      configurable: true,
    });
  }
  try {
    await body();
  } finally {
    for (const name of names) delete (Object.prototype as unknown as Record<string, unknown>)[name];
  }
  return [...called];
}
