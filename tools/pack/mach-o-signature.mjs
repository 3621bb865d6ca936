// The signature of a Mach-O file that no certificate signed: the hashes of its pages. macOS on arm64 loads no file without
// one, and no file whose pages have other hashes, as after a change by a tool that does not know of them.
import { createHash } from 'node:crypto';

const SUPER_BLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const SHA256 = 2;

/** What is wrong with the signature at `offset` of a file, or undefined. Its numbers are big-endian. */
export function wrongSignature(bytes, offset) {
  if (bytes.readUInt32BE(offset) !== SUPER_BLOB) return 'its signature cannot be read';
  const count = bytes.readUInt32BE(offset + 8);
  const blobs = Array.from(
    { length: count },
    (_, i) => offset + bytes.readUInt32BE(offset + 16 + 8 * i),
  );
  const directory = blobs.find((at) => bytes.readUInt32BE(at) === CODE_DIRECTORY);
  if (directory === undefined) return 'its signature has no hashes';
  return pagesMatch(bytes, directory, offset)
    ? undefined
    : 'its signature does not match its pages';
}

function pagesMatch(bytes, at, end) {
  const hashes = at + bytes.readUInt32BE(at + 16);
  const pages = bytes.readUInt32BE(at + 28);
  const limit = bytes.readUInt32BE(at + 32);
  const size = bytes[at + 36];
  const pageSize = 2 ** bytes[at + 39];
  if (bytes[at + 37] !== SHA256 || limit !== end || pages !== Math.ceil(limit / pageSize))
    return false;
  return Array.from({ length: pages }, (_, i) => i).every((i) => {
    const page = bytes.subarray(i * pageSize, Math.min((i + 1) * pageSize, limit));
    const hash = createHash('sha256').update(page).digest().subarray(0, size);
    return hash.equals(bytes.subarray(hashes + i * size, hashes + (i + 1) * size));
  });
}
