import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { inNoLibrary, newestVersions, tooNew } from '../pack/binary.mjs';
import { readResults, tableOf, unconfirmed, writeResult } from './platform-results.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'escher-platforms-'));
after(() => rmSync(folder, { recursive: true }));

const run = { by: 'Node.js 22', what: 'package', passed: 17, of: 18, on: '2026-11-30' };
const record = {
  platform: 'linux-x64-glibc',
  built: 'a compiler',
  linked: true,
  bytes: 1_500_000,
  needs: 'glibc >= 2.27',
  runs: [run],
  refused: [],
};

test('a record is read as it was written', () => {
  writeResult(record, folder);
  assert.deepEqual(readResults(folder), [record]);
});

test('a record without a field, or with more passed than counted, is refused', () => {
  const { linked, ...rest } = record;
  assert.throws(() => writeResult(rest, folder), /linked must be a boolean, received undefined/);
  const runs = [{ ...run, passed: 19 }];
  assert.throws(() => writeResult({ ...record, runs }, folder), /19 of 18 have passed/);
});

test('a record in the file of another platform is refused', () => {
  const wrong = path.join(folder, 'other.json');
  writeFileSync(wrong, JSON.stringify(record));
  assert.throws(() => readResults(folder), /other\.json: it is of linux-x64-glibc/);
  rmSync(wrong);
});

test('the table says how many passed of how many, and what was not run', () => {
  const table = tableOf([
    record,
    { ...record, platform: 'darwin-x64', runs: [], refused: ['pty'] },
  ]);
  assert.match(table, /linux-x64-glibc.*Node\.js 22: package, 17 of 18 passed.*\| nothing \|/);
  assert.match(table, /darwin-x64.*\*\*built, not run\*\*.*\| pty \|/);
});

test('another version of an emulator confirms a run, and another runtime does not', () => {
  const by = (text) => [{ ...record, runs: [{ ...run, by: text }] }];
  const why = (recorded, found) => unconfirmed(by(recorded), by(found), () => true);
  assert.deepEqual(why('Node.js 22 under qemu-user 7.2', 'Node.js 22 under qemu-user 8.2'), []);
  assert.deepEqual(why('Wine 8.0', 'Wine 9.0'), []);
  assert.equal(why('Node.js 22 under Wine 8.0', 'Node.js 24 under Wine 8.0').length, 1);
  assert.equal(why('Bun 1.4.5', 'Bun 1.4.6').length, 1);
});

test('a recorded run that did not run again is unconfirmed', () => {
  const all = () => true;
  assert.deepEqual(unconfirmed([record], [record], all), []);
  assert.deepEqual(unconfirmed([record], [], all), [
    'linux-x64-glibc: package by Node.js 22 is recorded, and did not run',
  ]);
  assert.deepEqual(
    unconfirmed([record], [], () => false),
    [],
  );
});

test('versions of symbols above the limit are refused, and families without a limit', () => {
  const versions = newestVersions([
    ['', 'GLIBC_2.9'],
    ['', 'GLIBC_2.28'],
    ['', 'GLIBC_2.3.2'],
    ['', 'GLIBCXX_3.4.30'],
    ['', 'no version'],
  ]);
  assert.deepEqual(versions, { GLIBC: '2.28', GLIBCXX: '3.4.30' });
  assert.deepEqual(tooNew({ GLIBC: '2.28' }, { GLIBC: '2.28' }), []);
  assert.deepEqual(tooNew({ GLIBC: '2.28.1' }, { GLIBC: '2.28' }), [
    'it needs GLIBC 2.28.1, above 2.28',
  ]);
  assert.deepEqual(tooNew({ GLIBC: '3.0' }, { GLIBC: '2.28' }), ['it needs GLIBC 3.0, above 2.28']);
  assert.deepEqual(tooNew(versions, { GLIBC: '2.28' }), ['it needs GLIBCXX 3.4.30, above none']);
  assert.deepEqual(tooNew(versions, {}), []);
});

test('a symbol that no library has is found, and those of the host are not', () => {
  const symbols = [
    '0000000000000000  w   D  *UND*\t0000000000000000  Base        __gmon_start__',
    '0000000000000000      D  *UND*\t0000000000000000  Base        napi_throw',
    '0000000000000000      DF *UND*\t0000000000000000 (GLIBC_2.2.5) strlen',
    '0000000000000000      D  *UND*\t0000000000000000  Base        getcpu',
    '0000000000001000 g    DF .text\t0000000000000010  Base        napi_register_module_v1',
  ];
  assert.deepEqual(inNoLibrary(symbols), ['no library has getcpu']);
});
