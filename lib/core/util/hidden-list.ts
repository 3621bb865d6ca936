/**
 * The public form of a list of secrets: `***` in the place of each. Whatever copies, compares, prints or sends it has
 * nothing to show. The list itself stands for its secrets where it is given as a list of secrets again.
 */

const secretsOfList = new WeakMap<object, readonly string[]>();

export function hiddenList(secrets: readonly string[]): readonly string[] {
  const list = Object.freeze(Array.from(secrets, () => '***'));
  secretsOfList.set(list, [...revealed(secrets)]);
  return list;
}

/** The secrets of a hidden list. Any other list is returned as it is. */
export function revealed(list: readonly string[]): readonly string[] {
  return secretsOfList.get(list) ?? list;
}
