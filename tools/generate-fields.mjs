// Writes the code that moves values across the border between JavaScript and the engine, out of the tables in
// lib/core/fields/: the C++ side and the TypeScript side use the same order because both are made here.
//
//   binding/generated/fields.hpp       read_fields() and write_fields(), for FlatReader and FlatWriter
//   lib/core/generated/given.ts        the index of each value of a request and of a configuration
//   lib/core/generated/returned.ts     functions that make objects of returned values
//
// Runs before every build; a file that would not change is not written.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { cppFields } from './lib/fields-cpp.mjs';
import { givenFields, returnedFields } from './lib/fields-typescript.mjs';
import { inRoot } from './lib/paths.mjs';

export function generateFields() {
  write('binding/generated/fields.hpp', cppFields());
  write('lib/core/generated/given.ts', givenFields());
  write('lib/core/generated/returned.ts', returnedFields());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generateFields();

function write(file, text) {
  const target = inRoot(file);
  if (existsSync(target) && readFileSync(target, 'utf8') === text) return;
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}
