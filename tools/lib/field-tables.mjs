// The tables of lib/core/fields/, and what both sides of the generated code take from them.
import { buildSync } from 'esbuild';
import { inRoot } from './paths.mjs';

/** The first line of each generated file. */
export const NOTE =
  '// Written by tools/generate-fields.mjs from lib/core/fields/. Changes belong there.';

/** The tables, by their names in lib/core/fields/index.ts. */
export const tables = await loadTables();

async function loadTables() {
  const { outputFiles } = buildSync({
    absWorkingDir: inRoot(),
    entryPoints: ['lib/core/fields/index.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

/** How many values a table has. */
export function sizeOf(table) {
  return Object.values(table).reduce(
    (sum, { kind, of }) => sum + (kind === 'group' ? sizeOf(of) : kind === 'given' ? 0 : 1),
    0,
  );
}
