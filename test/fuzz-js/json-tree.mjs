// JSON as a tree. In contrast to a JavaScript object it keeps duplicate names and the text of numbers.

/** `{ entries: [[name, node], …] }`, `{ items: [node, …] }`, or `{ text }`, which is written unchanged. */
export function treeOf(value) {
  if (Array.isArray(value)) return { items: value.map(treeOf) };
  if (typeof value === 'object' && value !== null) {
    return { entries: Object.entries(value).map(([name, entry]) => [name, treeOf(entry)]) };
  }
  return { text: JSON.stringify(value) };
}

export function textOf(node) {
  if (node.entries) {
    return `{${node.entries.map(([name, entry]) => `${JSON.stringify(name)}:${textOf(entry)}`).join(',')}}`;
  }
  return node.items ? `[${node.items.map(textOf).join(',')}]` : node.text;
}

/** All nodes with children, including the root. */
export function holdersIn(node) {
  const below = node.entries?.map(([, entry]) => entry) ?? node.items;
  return below ? [node, ...below.flatMap(holdersIn)] : [];
}
