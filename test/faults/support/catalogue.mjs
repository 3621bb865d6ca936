// All rows of the fault kit: every file in test/faults exports some.
import { readdirSync } from 'node:fs';

const folder = new URL('../', import.meta.url);

/** `{ file, name, fault, how, limitMs }` of every row, in the order of the files. */
export async function allRows() {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.mjs'))
    .sort();
  const rows = [];
  for (const name of files) {
    const file = new URL(name, folder).href;
    const module = await import(file);
    rows.push(...module.rows.map((row) => ({ ...row, file })));
  }
  return rows;
}
