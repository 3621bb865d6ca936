// Checks that every field of the tables in lib/core/fields/ stands in the README or in a page for users.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { tables } from './lib/field-tables.mjs';
import { inRoot } from './lib/paths.mjs';

const { COMMANDS, CONFIG, FILTER, LIMITS, PROGRESS, REQUEST, RETURNED } = tables;

const guide = ['README.md', 'docs/guide.md', 'docs/reliability.md', 'docs/terminal.md']
  .map(read)
  .join('\n');
const groups = {
  request: Object.keys(REQUEST),
  configuration: Object.keys(CONFIG),
  limits: Object.keys(LIMITS),
  progress: Object.keys(PROGRESS),
  filter: Object.keys(FILTER),
  command: Object.values(COMMANDS).flatMap(({ required, optional }) =>
    Object.keys({ ...required, ...optional }),
  ),
  ...Object.fromEntries(Object.entries(RETURNED).map(([name, { of }]) => [name, Object.keys(of)])),
};

const findings = Object.entries(groups).flatMap(([group, fields]) =>
  fields
    .filter((field) => !new RegExp(`\\b${field}\\b`).test(guide))
    .map((field) => `the field "${field}" (${group}) is not in README.md or the pages of docs/`),
);
if (findings.length > 0) {
  console.error(findings.join('\n'));
  console.error(`check-fields: ${findings.length} undocumented fields`);
  process.exit(1);
}

function read(file) {
  return readFileSync(inRoot(file), 'utf8');
}
