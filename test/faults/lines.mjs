// Output that no line splitter likes: what the listeners get, put together again, is every byte of it.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { accounted } from './support/account.mjs';
import { peakResidentBytes } from './support/processes.mjs';
import { exec, sh } from './support/requests.mjs';
import { seconds } from './support/wait.mjs';

const MiB = 1_048_576;
const chunksProgram = fileURLToPath(new URL('../fixtures/children/chunks.py', import.meta.url));

/** A child that writes each piece only when the one before has been read: what is split arrives split. */
const chunks = (pieces) =>
  exec('python3', [chunksProgram, ...pieces.map((piece) => Buffer.from(piece).toString('hex'))]);

/** Hands every line to `take(line, ended)`, and checks the numbers; gives the result. */
async function follow(ledger, request, take) {
  const { execution, ended } = ledger.start(request);
  let next = 0;
  execution.on('output', ({ lines, firstSeq, partial }) => {
    assert.equal(firstSeq, next, 'a line is missing or repeated');
    next += lines.length;
    const last = lines.length - 1;
    for (const [index, line] of lines.entries()) take(line, !(partial && index === last));
  });
  const { result } = await ended;
  assert.equal(result.status, 'completed', 'status');
  return result;
}

/** How far the memory of this process rose above what it is now. */
function memoryWatch() {
  // Another peak is only noted above the one that was.
  const before = peakResidentBytes();
  return () => (peakResidentBytes() - before) / MiB;
}

/** One line without an end. Each piece must be full of the one character there is. */
const endless = (context) =>
  accounted(context, { maxOutputSizeBytes: MiB }, async ({ ledger }) => {
    const bytes = context.sizes.lineMiB * MiB;
    const expected = 'x'.repeat(MiB);
    const grown = memoryWatch();
    const start = performance.now();
    let [seen, pieces, longest] = [0, 0, 0];
    const result = await follow(
      ledger,
      sh(`head -c ${bytes} /dev/zero | tr '\\0' x`),
      (line, ended) => {
        const same = line === expected || line === expected.slice(0, line.length);
        assert.ok(same, 'other bytes than were written');
        seen += line.length;
        assert.equal(ended, seen === bytes, 'only the end of the output ends this line');
        pieces++;
        longest = Math.max(longest, line.length);
      },
    );
    assert.equal(seen, bytes, 'bytes that the listener got');
    assert.equal(result.stdoutBytes, bytes, 'stdoutBytes');
    assert.ok(longest <= MiB, `a piece of ${longest} bytes`);
    const mebibytes = grown();
    // What may wait, what is kept, and the garbage that V8 has not collected yet; far less than the line.
    assert.ok(mebibytes < 64, `memory rose by ${mebibytes.toFixed(0)} MiB`);
    return `${context.sizes.lineMiB} MiB in ${pieces} pieces of at most 1 MiB, in ${seconds(performance.now() - start)}; memory rose by ${mebibytes.toFixed(0)} MiB`;
  });

const empty = (context) =>
  accounted(context, { maxOutputSizeBytes: 1_000 }, async ({ ledger }) => {
    const count = context.sizes.emptyMillions * 1_000_000;
    const grown = memoryWatch();
    const start = performance.now();
    let seen = 0;
    await follow(ledger, sh(`yes '' | head -c ${count}`), (line, ended) => {
      if (line !== '' || !ended) assert.fail('a line that is not empty');
      seen++;
    });
    assert.equal(seen, count, 'lines that the listener got');
    return `${context.sizes.emptyMillions} million empty lines in ${seconds(performance.now() - start)}; memory rose by ${grown().toFixed(0)} MiB`;
  });

/** The sha256 of what the listeners got, terminators put back, against that of the file. */
async function rejoined(context, { ledger }, name, data) {
  const file = path.join(context.dir, name);
  writeFileSync(file, data);
  const hash = createHash('sha256');
  // The end of the output ends a line as well: what follows a line shows whether it had a terminator.
  let [lines, terminator] = [0, ''];
  const result = await follow(ledger, exec('cat', [file]), (line, ended) => {
    lines++;
    hash.update(`${terminator}${line}`);
    terminator = ended ? '\n' : '';
  });
  if (data.at(-1) === 10) hash.update('\n');
  const whole = createHash('sha256').update(data).digest('hex');
  assert.equal(result.stdoutBytes, data.length, 'stdoutBytes');
  assert.equal(hash.digest('hex'), whole, `${name}: the lines do not make up what was written`);
  return lines;
}

const carriageReturns = (context) =>
  accounted(context, {}, async (account) => {
    const data = Buffer.alloc(8 * MiB, '50 %\r');
    const pieces = await rejoined(context, account, 'carriage-returns', data);
    return `8 MiB without a line feed, as one line in ${pieces} pieces; the same bytes`;
  });

/** Random bytes of ASCII, NUL and all other controls among them, lines and no lines. */
const binary = (context) =>
  accounted(context, { maxLineBytes: 4_096 }, async (account) => {
    const data = randomBytes(32 * MiB).map((byte) => byte & 0x7f);
    // A terminator of two characters could not be distinguished from one when the lines are put together again.
    for (let index = 1; index < data.length; index++) {
      if (data[index] === 10 && data[index - 1] === 13) data[index - 1] = 0;
    }
    data[data.length - 1] = 10;
    const lines = await rejoined(context, account, 'binary', data);
    return `32 MiB of random bytes below 128, in ${lines} lines; the same bytes`;
  });

const splitTerminators = (context) =>
  accounted(context, { partialLineFlushMs: Number.POSITIVE_INFINITY }, async ({ ledger }) => {
    const text = 'one\r\ntwo\r\n\r\nthree\rfour\r\r\nfive\n\r\nsix\r';
    const expected = ['one', 'two', '', 'three\rfour\r', 'five', '', 'six\r'];
    let cuts = 0;
    for (let at = 1; at < text.length; at++) {
      const got = [];
      await follow(ledger, chunks([text.slice(0, at), text.slice(at)]), (line) => got.push(line));
      assert.deepEqual(got, expected, `cut at ${at}`);
      cuts++;
    }
    const got = [];
    await follow(ledger, chunks([...text]), (line) => got.push(line));
    assert.deepEqual(got, expected, 'each character by itself');
    return `the same ${expected.length} lines at each of ${cuts} cuts, and character by character`;
  });

export const rows = [
  {
    name: 'lines-endless',
    fault: 'one line of 1 GiB',
    how: 'no line feed in it, with a listener that takes everything',
    run: endless,
  },
  {
    name: 'lines-empty',
    fault: 'millions of empty lines',
    how: "`yes ''`, with a listener that takes everything",
    run: empty,
  },
  {
    name: 'lines-carriage-returns',
    fault: 'carriage returns only',
    how: 'a progress bar of 8 MiB',
    run: carriageReturns,
  },
  {
    name: 'lines-binary',
    fault: 'NULs and other controls',
    how: 'random bytes, lines longer than `maxLineBytes` among them',
    run: binary,
  },
  {
    name: 'lines-terminators',
    fault: '`\\r\\n` split over two reads',
    how: 'a text with every mixture of terminators, cut at every place',
    run: splitTerminators,
  },
];
