// Invalid UTF-8: the text is what a WHATWG decoder returns, wherever the reads are split.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { accounted } from './support/account.mjs';
import { exec } from './support/requests.mjs';

const chunksProgram = fileURLToPath(new URL('../fixtures/children/chunks.py', import.meta.url));

/** Each kind of what is wrong, without a line feed in it. */
const wrong = {
  'every byte from 80 to FF': Array.from({ length: 128 }, (_, index) => 128 + index),
  'truncated sequences': [
    0xc3, 0x41, 0xe2, 0x82, 0x42, 0xf0, 0x9f, 0x98, 0x43, 0xf0, 0x9f, 0x44, 0xe2,
  ],
  'overlong forms': [0xc0, 0xaf, 0xe0, 0x80, 0xaf, 0xf0, 0x80, 0x80, 0xaf, 0xc1, 0xbf],
  surrogates: [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80, 0xed, 0x9f, 0xbf],
  'above U+10FFFF': [0xf4, 0x90, 0x80, 0x80, 0xf5, 0x80, 0x80, 0x80, 0xf4, 0x8f, 0xbf, 0xbf],
  'lone continuations': [0x80, 0xbf, 0x41, 0x80, 0x80, 0x80],
  'a byte order mark, and good text': [...Buffer.from('\ufeffé€😀z')],
};

/** Not decided by what the engine does: the decoder that Node has. */
const decoded = (bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

async function compare({ engine, ledger }, pieces, what) {
  const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
  const { execution, ended } = ledger.start(
    exec('python3', [chunksProgram, ...pieces.map((piece) => Buffer.from(piece).toString('hex'))]),
  );
  const lines = [];
  execution.on('stdout', ({ line }) => lines.push(line));
  const { result, error } = await ended;
  if (error) throw error;
  const text = decoded(bytes);
  assert.equal(result.stdout, text, what);
  assert.equal(lines.join('\n'), text, `${what}: the lines`);
  const { stdout: exact } = await engine.getResult(result.id, { encoding: 'buffer' });
  assert.deepEqual(Buffer.from(exact), bytes, `${what}: the bytes`);
  // Nothing was kept in memory of the second one, everything went to the file.
  const spilled = await ledger.result({
    ...exec('python3', [chunksProgram, bytes.toString('hex')]),
    maxOutputSizeBytes: 0,
    oversizedOutputStrategy: 'streamToFile',
  });
  assert.deepEqual(readFileSync(spilled.stdoutOverflowFile), bytes, `${what}: the overflow file`);
}

/** Bytes that look like the beginnings and middles of sequences. */
function randomPieces() {
  const likely = [0x41, 0x7f, 0x80, 0xbf, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf8, 0xff];
  return Array.from({ length: 40 }, () =>
    Array.from({ length: randomInt(1, 5) }, () => likely[randomInt(likely.length)]),
  );
}

const invalid = (context) =>
  accounted(
    context,
    {
      partialLineFlushMs: Number.POSITIVE_INFINITY,
      maxConcurrentExecutions: 8,
      maxQueuedExecutions: Infinity,
    },
    async (account) => {
      const kinds = Object.entries(wrong);
      const jobs = kinds.flatMap(([name, bytes]) => [
        compare(account, [bytes], name),
        compare(
          account,
          bytes.map((byte) => [byte]),
          `${name}, byte by byte`,
        ),
      ]);
      for (let round = 0; round < 20; round++) {
        const pieces = randomPieces();
        jobs.push(compare(account, pieces, `random pieces ${JSON.stringify(pieces)}`));
      }
      await Promise.all(jobs);
      return `${kinds.length} kinds, at once and byte by byte, and 20 random texts: the text is that of \`TextDecoder\`, bytes and overflow files are exact`;
    },
  );

export const rows = [
  {
    name: 'utf8-invalid',
    fault: 'output that is not UTF-8',
    how: 'every byte from 80 to FF, truncated and overlong sequences, surrogates, random ones, cut everywhere',
    run: invalid,
  },
];
