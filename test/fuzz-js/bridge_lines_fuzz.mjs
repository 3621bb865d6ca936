// Bytes are split into the correct lines, in any chunks.
import { isDeepStrictEqual } from 'node:util';
import { chunksOf } from './chunks.mjs';
import { Random, seedOf } from './random.mjs';
import { require } from './require.mjs';

export const corpus = 'bridge';

const MOST = 256;

export function begin({ ByteLines }) {
  const linesOf = (chunks, maxBytes) => {
    const lines = [];
    const splitter = new ByteLines((line) => lines.push(line), maxBytes);
    for (const chunk of chunks) splitter.push(chunk);
    splitter.end();
    return lines;
  };
  return {
    check(input) {
      const random = new Random(seedOf(input));
      for (const maxBytes of [MOST, Number.POSITIVE_INFINITY]) {
        const whole = linesOf([input], maxBytes);
        require(isDeepStrictEqual(
          whole,
          expected(input, maxBytes),
        ), 'the lines are correct', whole);
        for (const most of [1, 2, 7, 1 + random.below(input.length + 1)]) {
          const lines = linesOf(chunksOf(input, most, random), maxBytes);
          require(isDeepStrictEqual(lines, whole), 'the lines do not depend on chunks', lines);
        }
      }
    },
  };
}

/** The whole input, and single chunks. */
function expected(input, maxBytes) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  // One character for each byte.
  const lines = input.toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => {
    if (line.length > maxBytes) {
      return { problem: `it has ${line.length} bytes, and at most ${maxBytes} are allowed` };
    }
    try {
      return { text: decoder.decode(Buffer.from(line.replace(/\r$/, ''), 'latin1')) };
    } catch {
      return { problem: 'it is not UTF-8' };
    }
  });
}
