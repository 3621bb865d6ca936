// Finds files, and checks whether an output is up to date.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { inRoot, root } from './paths.mjs';

const ignored = new Set(['.git', 'build', 'dist', 'generated', 'node_modules']);

/** The files in the given folders. All paths are relative to the root and have forward slashes. */
export function listFiles(places, extensions) {
  const found = [];
  const visit = (place) => {
    const entry = statSync(inRoot(place), { throwIfNoEntry: false });
    if (entry?.isFile()) {
      if (!extensions || extensions.includes(path.extname(place))) found.push(place);
    } else if (entry?.isDirectory()) {
      for (const name of readdirSync(inRoot(place)).sort()) {
        if (!ignored.has(name)) visit(place === '.' ? name : `${place}/${name}`);
      }
    }
  };
  for (const place of places) visit(place);
  return found;
}

/** Whether `output` is missing, or older than an input or the folder of an input. */
export function isStale(output, inputs) {
  const made = statSync(inRoot(output), { throwIfNoEntry: false })?.mtimeMs;
  if (made === undefined) return true;
  const files = listFiles(inputs);
  // The removal of a file changes the time of its folder only.
  const folders = new Set(files.map((file) => path.dirname(path.join(root, file))));
  const newest = [...files.map((file) => inRoot(file)), ...folders].map(
    (name) => statSync(name).mtimeMs,
  );
  return newest.some((time) => time > made);
}
