// Creates a new input from a known one: by the structure of JSON lines, and by bytes.
import { holdersIn, textOf, treeOf } from './json-tree.mjs';

const LONGEST = 4096;

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  '',
  '\u0000',
  '\ud800',
  'timeoutMs',
  'id',
  'type',
  'seq',
  'base64',
  'name',
  'length',
];

/** As JSON text. */
const VALUES = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-1',
  '0.5',
  '1e3',
  '1e999',
  '-1e999',
  '9007199254740993',
  '2147483648',
  '"Infinity"',
  '"NaN"',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"\u2028"',
  '"\'quoted\' timeoutMs"',
  '"SIGTERM"',
  '"toString"',
  '[]',
  '{}',
  '[null]',
  '[[["x"]]]',
  '{"base64":"AP8K"}',
  '{"base64":"A==="}',
  '{"base64":"AP8K","more":1}',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"constructor":{"name":{"toString":1}}}',
  '{"__proto__":null}',
  '{"length":1,"0":"x"}',
  '{"toJSON":1,"toString":2,"valueOf":3}',
];

const PIECES = [
  '\n',
  '\r\n',
  '\r',
  '\u2028',
  '\u0000',
  '\ufeff',
  '{',
  '}',
  '"',
  '\\',
  ',',
  '\ud83d',
];

const structural = [
  dropEntry,
  repeatEntry,
  renameEntry,
  replaceValue,
  addEntry,
  asArray,
  nest,
  moveValue,
];
const bytewise = [cut, flip, insertBytes, insertPiece, joinLines, repeatLine, lengthen];

/** `known`: inputs that can be appended. */
export function mutated(bytes, known, random) {
  let made = bytes;
  for (let rounds = 1 + random.below(4); rounds > 0; rounds--) {
    if (random.oneIn(8)) made = Buffer.concat([made, random.pick(known)]);
    made = random.oneIn(3)
      ? random.pick(bytewise)(made, random)
      : (mutatedLine(made, random) ?? random.pick(bytewise)(made, random));
  }
  return made.length > 4 * LONGEST ? made.subarray(0, 4 * LONGEST) : made;
}

/** Mutates one line; `undefined` if it is not JSON. */
function mutatedLine(bytes, random) {
  const lines = bytes.toString().split('\n');
  const at = random.below(lines.length);
  let tree;
  try {
    tree = treeOf(JSON.parse(lines[at]));
  } catch {
    return undefined;
  }
  const holders = holdersIn(tree);
  if (holders.length === 0) return undefined;
  random.pick(structural)(random.pick(holders), random, holders);
  lines[at] = textOf(tree);
  return Buffer.from(lines.join('\n'));
}

const listOf = (holder) => holder.entries ?? holder.items;

function dropEntry(holder, random) {
  listOf(holder).splice(random.below(listOf(holder).length), 1);
}

function repeatEntry(holder, random) {
  const list = listOf(holder);
  if (list.length > 0) list.push(random.pick(list));
}

function renameEntry({ entries }, random) {
  if (!entries?.length) return;
  const entry = random.pick(entries);
  const name = entry[0];
  entry[0] = random.pick([
    random.pick(NAMES),
    name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()),
    name.slice(0, -1),
    `${name}${name}`,
    name.toUpperCase(),
  ]);
}

function replaceValue(holder, random) {
  const list = listOf(holder);
  if (list.length === 0) return;
  const at = random.below(list.length);
  const node = { text: random.pick(VALUES) };
  list[at] = holder.entries ? [list[at][0], node] : node;
}

function addEntry(holder, random) {
  const node = { text: random.pick(VALUES) };
  if (holder.entries) holder.entries.push([random.pick(NAMES), node]);
  else holder.items.push(node);
}

/** Replaces an object by an array. */
function asArray(holder) {
  if (!holder.entries) return;
  holder.items = holder.entries.map(([, entry]) => entry);
  delete holder.entries;
}

/** Nests a value deeply in arrays or objects. */
function nest(holder, random) {
  const list = listOf(holder);
  if (list.length === 0) return;
  const at = random.below(list.length);
  const depth = random.pick([1, 10, 300]);
  const inner = textOf(holder.entries ? list[at][1] : list[at]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ]);
  const node = { text: `${open.repeat(depth)}${inner}${close.repeat(depth)}` };
  list[at] = holder.entries ? [list[at][0], node] : node;
}

/** Copies the value of one field into another one. */
function moveValue(holder, random, holders) {
  const donor = random.pick(holders);
  const list = listOf(donor);
  if (list.length === 0) return;
  const given = random.pick(list);
  const node = { text: textOf(donor.entries ? given[1] : given) };
  if (holder.items) holder.items.push(node);
  else if (holder.entries.length > 0) random.pick(holder.entries)[1] = node;
}

function cut(bytes, random) {
  const [from, to] = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort(
    (a, b) => a - b,
  );
  return random.oneIn(2)
    ? bytes.subarray(0, from)
    : Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

function flip(bytes, random) {
  if (bytes.length === 0) return bytes;
  const made = Buffer.from(bytes);
  made[random.below(made.length)] = random.below(256);
  return made;
}

function insertBytes(bytes, random) {
  const wild = Uint8Array.from({ length: 1 + random.below(4) }, () => random.below(256));
  return insertedAt(bytes, random.below(bytes.length + 1), wild);
}

function insertPiece(bytes, random) {
  return insertedAt(bytes, random.below(bytes.length + 1), Buffer.from(random.pick(PIECES)));
}

function insertedAt(bytes, at, piece) {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

function joinLines(bytes, random) {
  const lines = bytes.toString('latin1').split('\n');
  const at = random.below(lines.length);
  lines.splice(at, 2, lines.slice(at, at + 2).join(''));
  return Buffer.from(lines.join('\n'), 'latin1');
}

function repeatLine(bytes, random) {
  const lines = bytes.toString('latin1').split('\n');
  lines.push(random.pick(lines));
  return Buffer.from(lines.join('\n'), 'latin1');
}

/** Makes a line longer than its limit. */
function lengthen(bytes, random) {
  const piece = Buffer.alloc(
    1 + random.below(LONGEST),
    random.pick(['x', ' ', '[', '"', "'", '9']),
  );
  return insertedAt(bytes, random.below(bytes.length + 1), piece);
}
