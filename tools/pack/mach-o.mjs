// What a Mach-O file needs, for binaries of macOS on machines without its tools. 64-bit, little-endian: arm64 and x64.
import { readFileSync } from 'node:fs';
import { wrongSignature } from './mach-o-signature.mjs';

const MAGIC = 0xfeedfacf;
const CPUS = { 16777223: 'x64', 16777228: 'arm64' };
const LOAD_DYLIB = 0xc;
const LOAD_WEAK_DYLIB = 0x80000018;
const BUILD_VERSION = 0x32;
const VERSION_MIN_MACOS = 0x24;
const SYMTAB = 0x2;
const CODE_SIGNATURE = 0x1d;

// Of the type of a symbol: a debugging one, one that other files see, one that is defined here.
const IS_DEBUG = 0xe0;
const IS_EXTERNAL = 0x01;
const IS_PRIVATE = 0x10;
const TYPE = 0x0e;
// Instead of the number of a library: in whatever is loaded.
const ANYWHERE = 0xfe;

/**
 * `{ cpu, libraries, oldest, exported, ofHost, locals, signature }`; `oldest` is the first version of macOS that loads it,
 * `ofHost` the symbols that the program which loads it must have, `locals` how many symbols it has that no other file sees,
 * `signature` what is wrong with it.
 */
export function readMachO(file) {
  const bytes = readFileSync(file);
  if (bytes.readUInt32LE(0) !== MAGIC) throw new Error(`${file} is no Mach-O file of 64 bits`);
  const found = {
    cpu: CPUS[bytes.readUInt32LE(4)],
    libraries: [],
    oldest: undefined,
    exported: [],
    ofHost: [],
    locals: 0,
    signature: 'it is not signed',
  };
  const count = bytes.readUInt32LE(16);
  for (let i = 0, at = 32; i < count; i += 1, at += bytes.readUInt32LE(at + 4)) {
    readCommand(bytes, at, found);
  }
  return found;
}

function readCommand(bytes, at, found) {
  const command = bytes.readUInt32LE(at);
  if (command === LOAD_DYLIB || command === LOAD_WEAK_DYLIB) {
    found.libraries.push(textAt(bytes, at + bytes.readUInt32LE(at + 8)));
  } else if (command === BUILD_VERSION) {
    found.oldest = versionOf(bytes.readUInt32LE(at + 12));
  } else if (command === VERSION_MIN_MACOS) {
    found.oldest = versionOf(bytes.readUInt32LE(at + 8));
  } else if (command === SYMTAB) {
    Object.assign(found, readSymbols(bytes, at));
  } else if (command === CODE_SIGNATURE) {
    found.signature = wrongSignature(bytes, bytes.readUInt32LE(at + 8));
  }
}

function readSymbols(bytes, at) {
  const symbols = bytes.readUInt32LE(at + 8);
  const count = bytes.readUInt32LE(at + 12);
  const strings = bytes.readUInt32LE(at + 16);
  const found = { exported: [], ofHost: [], locals: 0 };
  for (let i = 0; i < count; i += 1) {
    const entry = symbols + 16 * i;
    const type = bytes[entry + 4];
    const name = () => textAt(bytes, strings + bytes.readUInt32LE(entry));
    const isExternal = (type & (IS_DEBUG | IS_PRIVATE)) === 0 && (type & IS_EXTERNAL) !== 0;
    if (!isExternal) found.locals += 1;
    else if ((type & TYPE) !== 0) found.exported.push(name());
    else if (bytes[entry + 7] === ANYWHERE) found.ofHost.push(name());
  }
  return found;
}

const textAt = (bytes, at) => bytes.toString('latin1', at, bytes.indexOf(0, at));

const versionOf = (packed) => `${packed >>> 16}.${(packed >>> 8) & 0xff}`;
