// What has been run where. Each platform has a file in test/platforms/results/, which its test step writes with
// `--record` and nothing else does; the table in docs/architecture.md is made from these files.
//
//   {
//     "platform": "linux-arm64-glibc",    // the name of the package, and of the file
//     "built": "Zig 0.11.0 on Linux x64", // the compiler, and where it ran
//     "linked": true,                     // whether the addon was linked
//     "bytes": 1480000,                   // of the addon
//     "needs": "glibc >= 2.27",           // of the system; read from the binary
//     "runs": [                           // empty: it was not run
//       { "by": "qemu-user 7.2", "what": "C++ tests", "passed": 712, "of": 720, "on": "2026-11-30" }
//     ],
//     "refused": ["pty"]                  // requests that this platform refuses by name
//   }
//
// `of` counts the cases that were selected; what was left out of them, and why, is in `without`, a text.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';

export const RESULTS = inRoot('test/platforms/results');

const FIELDS = {
  platform: 'string',
  built: 'string',
  linked: 'boolean',
  bytes: 'number',
  needs: 'string',
  runs: 'object',
  refused: 'object',
};
const FIELDS_OF_RUN = {
  by: 'string',
  what: 'string',
  passed: 'number',
  of: 'number',
  on: 'string',
};

/** All records, by the names of their platforms. Throws for one that has not the form above. */
export function readResults(folder = RESULTS) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => checked(JSON.parse(readFileSync(path.join(folder, file), 'utf8')), file));
}

/** Replaces the record of a platform. */
export function writeResult(record, folder = RESULTS) {
  checked(record, `${record.platform}.json`);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${record.platform}.json`);
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
}

function checked(record, file) {
  requireFields(record, FIELDS, file);
  if (`${record.platform}.json` !== file) throw new Error(`${file}: it is of ${record.platform}`);
  for (const run of record.runs) {
    requireFields(run, FIELDS_OF_RUN, `${file}: runs`);
    if (run.passed > run.of) throw new Error(`${file}: ${run.passed} of ${run.of} have passed`);
  }
  return record;
}

function requireFields(value, fields, where) {
  for (const [name, type] of Object.entries(fields)) {
    const found = typeof value[name];
    if (found !== type) throw new Error(`${where}: ${name} must be a ${type}, received ${found}`);
  }
}

/** The table of docs/architecture.md, as Markdown. */
export function tableOf(records) {
  const rows = records.map((record) => [
    `\`${record.platform}\``,
    `${record.built}; ${(record.bytes / 1e6).toFixed(2)} MB; ${record.needs}`,
    record.linked ? 'yes' : 'no',
    record.runs.length === 0 ? '**built, not run**' : record.runs.map(describeRun).join('<br>'),
    record.refused.join(', ') || 'nothing',
  ]);
  return [['platform', 'built by', 'linked', 'run', 'refused there'], Array(5).fill('---'), ...rows]
    .map((cells) =>
      `| ${cells.join(' | ')} |`.replaceAll('| --- ', '|---').replaceAll('--- |', '---|'),
    )
    .join('\n');
}

function describeRun({ by, what, passed, of, on, without }) {
  const rest = without === undefined ? '' : `; without ${without}`;
  return `${by}: ${what}, ${passed} of ${of} passed${rest} (${on})`;
}

/** Another machine may have another version of what it runs a platform under. */
const isSame = (run, other) =>
  run.what === other.what && withoutVersions(run.by) === withoutVersions(other.by);

const withoutVersions = (by) => by.replace(/(Wine|qemu-user) [\d.]+/g, '$1');

/**
 * The claims of `recorded` that `found` does not confirm, one line each. A run that this machine did not repeat is no
 * contradiction; `repeated` shows which ones it should have repeated.
 */
export function unconfirmed(recorded, found, repeated) {
  return recorded.flatMap(({ platform, runs }) => {
    const here = found.find((record) => record.platform === platform)?.runs ?? [];
    return runs
      .filter((run) => repeated(platform, run))
      .filter((run) => !here.some((other) => isSame(run, other)))
      .map(({ by, what }) => `${platform}: ${what} by ${by} is recorded, and did not run`);
  });
}
