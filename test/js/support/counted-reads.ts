/** Counts how often the items of an array are read: the work of an algorithm, which does not depend on the machine. */
export function countedReads<T>(items: readonly T[]): { items: readonly T[]; reads(): number } {
  let count = 0;
  const get = (target: readonly T[], name: PropertyKey, receiver: unknown): unknown => {
    if (typeof name === 'string' && /^\d+$/.test(name)) count++;
    return Reflect.get(target, name, receiver);
  };
  return { items: new Proxy(items, { get }), reads: () => count };
}
