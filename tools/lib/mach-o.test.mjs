import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { inspect } from '../pack/binary.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'escher-mach-o-'));
const file = path.join(folder, 'one.node');
after(() => rmSync(folder, { recursive: true }));

const LIBRARY = '/usr/lib/libSystem.B.dylib';
const MODULE = '_napi_register_module_v1';
const EXPORTED = 0x0f;
const LOCAL = 0x0e;
const UNDEFINED = 0x01;
const ANYWHERE = 0xfe;
const PAGE = 4096;

/** The problems of a file for arm64 with these symbols. */
function problems({ symbols = [[MODULE, EXPORTED]], library = LIBRARY, change = () => {} } = {}) {
  const bytes = signed(machO(symbols, library));
  change(bytes);
  writeFileSync(file, bytes);
  return inspect(file, { oldest: { macOS: '11.0' } }).wrong;
}

/** A file of 64 bits whose signature is at PAGE: the commands, then the symbols, then their names. */
function machO(symbols, library) {
  const bytes = Buffer.alloc(PAGE);
  const words = (at, ...values) => {
    for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, at + 4 * i);
  };
  words(0, 0xfeedfacf, 16777228, 0, 6, 4);
  words(32, 0xc, 64, 24);
  bytes.write(library, 32 + 24, 'latin1');
  words(96, 0x32, 24, 1, 11 << 16);
  words(120, 0x2, 24, 512, symbols.length, 1024);
  words(144, 0x1d, 16, PAGE, 256);
  let name = 1;
  symbols.forEach(([text, type, ordinal = 0], i) => {
    words(512 + 16 * i, name);
    bytes[512 + 16 * i + 4] = type;
    bytes[512 + 16 * i + 7] = ordinal;
    bytes.write(text, 1024 + name, 'latin1');
    name += text.length + 1;
  });
  return bytes;
}

function signed(code) {
  const blob = Buffer.alloc(256);
  const words = (at, ...values) => {
    for (const [i, value] of values.entries()) blob.writeUInt32BE(value, at + 4 * i);
  };
  words(0, 0xfade0cc0, 256, 1, 0, 20);
  words(20, 0xfade0c02, 236, 0x20400, 2, 100, 0, 0, 1, PAGE);
  blob.set([32, 2, 0, 12], 20 + 36);
  createHash('sha256')
    .update(code)
    .digest()
    .copy(blob, 20 + 100);
  return Buffer.concat([code, blob]);
}

test('a bundle of macOS with the module alone has no problems', () => {
  assert.deepEqual(problems(), []);
});

test('another exported symbol, and one that was not stripped, are problems', () => {
  assert.deepEqual(
    problems({
      symbols: [
        [MODULE, EXPORTED],
        ['__Znwm', EXPORTED],
      ],
    }),
    ['it exports _Znwm'],
  );
  assert.deepEqual(
    problems({
      symbols: [
        [MODULE, EXPORTED],
        ['_local', LOCAL],
      ],
    }),
    ['it is not stripped: it has 1 symbols of its own'],
  );
  assert.deepEqual(problems({ symbols: [] }), ['it does not export the module']);
});

test('a library besides that of the system is a problem', () => {
  assert.deepEqual(problems({ library: '/usr/lib/libc++.1.dylib' }), [
    'it needs /usr/lib/libc++.1.dylib',
  ]);
});

test('a symbol that neither a library nor Node.js has is a problem', () => {
  const symbols = ['_napi_get_undefined', '_fexecve'].map((name) => [name, UNDEFINED, ANYWHERE]);
  assert.deepEqual(problems({ symbols: [[MODULE, EXPORTED], ...symbols] }), [
    'no library has _fexecve',
  ]);
});

test('a change after the signature is a problem', () => {
  assert.deepEqual(problems({ change: (bytes) => bytes.fill(1, 2048, 2049) }), [
    'its signature does not match its pages',
  ]);
});
