// Splits an input into chunks.

/** Chunks of 0 to `most` bytes. */
export function chunksOf(bytes, most, random) {
  const chunks = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + random.below(most + 1);
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}
