// Injects faults and reports the outcome of each: node tools/test-faults.mjs [--list] [--only part-of-a-name]
// [--row name] [--set size=value] [--write]
//
// The rows of test/faults run one after the other, each in its own process. The table goes to the terminal and to
// build/test-results/faults.md and faults.json; --write also puts it into docs/reliability.md after a whole run.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { attempt, endCurrent } from '../test/faults/support/attempt.mjs';
import { allRows } from '../test/faults/support/catalogue.mjs';
import { sizes, sizesWith } from '../test/faults/support/sizes.mjs';
import { between, jsonReport, markdownTable, tableRow } from '../test/faults/support/table.mjs';
import { inRoot, testResults } from './lib/paths.mjs';

const document = inRoot('docs/reliability.md');
const usage =
  'node tools/test-faults.mjs [--list] [--only <part of a name>]... [--row <name>]... [--set <size>=<n>]... [--write]';

let stopped = false;
const options = readOptions();
if (process.platform !== 'linux') {
  console.log('faults: skipped, the kit reads /proc and runs on Linux only');
  process.exit(0);
}
const all = await allRows();
const wanted = all.filter(({ name }) => matches(name));
if (options.list) list();
else if (wanted.length === 0)
  refuse(`no row is named ${[...options.only, ...options.row].join(' or ')}`);
else await run();

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        list: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
        row: { type: 'string', multiple: true, default: [] },
        set: { type: 'string', multiple: true, default: [] },
        write: { type: 'boolean', default: false },
      },
    });
    if (values.write && values.only.length + values.row.length + values.set.length > 0) {
      throw new Error('--write needs a whole run, without --only, --row and --set');
    }
    return { ...values, sizes: sizesWith(values.set) };
  } catch (error) {
    refuse(error.message);
  }
}

function refuse(message) {
  console.error(`faults: ${message}\nusage: ${usage}`);
  process.exit(2);
}

function matches(name) {
  const { only, row } = options;
  if (only.length + row.length === 0) return true;
  return row.includes(name) || only.some((part) => name.includes(part));
}

function list() {
  for (const { name, fault } of wanted) console.log(`${name.padEnd(28)}${fault}`);
  const known = Object.entries(sizes).map(([name, value]) => `${name}=${value}`);
  console.log(`\nsizes (--set): ${known.join(' ')}`);
}

async function run() {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop(signal));
  const done = [];
  for (const row of wanted) {
    if (stopped) return;
    const result = { ...row, ...(await attempt(row, options.sizes)) };
    done.push(result);
    const time = `${result.seconds.toFixed(1)} s`.padStart(7);
    const status = result.status === 'failed' ? 'FAILED ' : result.status;
    console.log(`${status} ${time}  ${row.name.padEnd(28)} ${tableRow(result)}`);
    if (result.detail) console.log(result.detail.replace(/^/gm, '    '));
  }
  save(done);
  const count = (status) => done.filter((result) => result.status === status).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  process.exitCode = count('failed') > 0 ? 1 : 0;
}

/** Only the table of a whole run goes into the document. */
function save(done) {
  mkdirSync(testResults, { recursive: true });
  const table = markdownTable(done);
  writeFileSync(path.join(testResults, 'faults.md'), table);
  writeFileSync(path.join(testResults, 'faults.json'), jsonReport(done, options.sizes));
  if (options.write) writeFileSync(document, between(readFileSync(document, 'utf8'), table));
}

async function stop(signal) {
  stopped = true;
  await endCurrent();
  process.exit(signal === 'SIGINT' ? 130 : 143);
}
