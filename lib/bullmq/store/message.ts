/** Messages between workers, as the store delivers them. Any program that reaches the store can send one. */

/** The strings of a message; `undefined` if it is none of ours. */
export function stringsOf(text: string | undefined, count: number): readonly string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length !== count) return undefined;
  const all: readonly unknown[] = value;
  const strings = all.filter((one) => typeof one === 'string');
  return strings.length === count ? strings : undefined;
}
