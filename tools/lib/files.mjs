// Finds files, and tells what is out of date.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { inRoot, root } from './paths.mjs';

const notOurs = new Set(['.git', 'build', 'dist', 'node_modules']);

/** The files below the given places (relative to the root), as paths relative to the root with forward slashes. */
export function listFiles(places, extensions) {
  const found = [];
  const visit = (place) => {
    const entry = statSync(inRoot(place), { throwIfNoEntry: false });
    if (entry?.isFile()) {
      if (!extensions || extensions.includes(path.extname(place))) found.push(place);
    } else if (entry?.isDirectory()) {
      for (const name of readdirSync(inRoot(place)).sort()) {
        if (!notOurs.has(name)) visit(place === '.' ? name : `${place}/${name}`);
      }
    }
  };
  for (const place of places) visit(place);
  return found;
}

/** Whether `output` is missing or older than any of the inputs, or than any folder that holds one. */
export function isStale(output, inputs) {
  const made = statSync(inRoot(output), { throwIfNoEntry: false })?.mtimeMs;
  if (made === undefined) return true;
  const files = listFiles(inputs);
  // A removed file shows in its folder alone.
  const folders = new Set(files.map((file) => path.dirname(path.join(root, file))));
  const newest = [...files.map((file) => inRoot(file)), ...folders].map(
    (name) => statSync(name).mtimeMs,
  );
  return newest.some((time) => time > made);
}
