/** Input for a command, in lines of a length that the server accepts. */

import type { WireData } from '../../../types/wire';
import { dataToWire } from '../wire/values';

/** Larger pieces are not faster. */
const MAX_PIECE = 1024 * 1024;

/** The part of a line that is not input: field names, the id. */
const ENVELOPE = 512;

/** How many bytes of input fit as base64 into a line. */
function pieceSize(maxLineBytes: number): number {
  return Math.min(MAX_PIECE, Math.floor(((maxLineBytes - ENVELOPE) * 3) / 4));
}

/** Sends `data` in one line, or in several lines one after the other. */
export async function sendPieces<Answer>(
  data: string | Uint8Array,
  maxLineBytes: number,
  send: (piece: WireData) => Promise<Answer>,
): Promise<Answer> {
  const size = pieceSize(maxLineBytes);
  // A character takes up to six bytes: `\u0000`.
  if (typeof data === 'string' && data.length * 6 <= size) return await send(data);
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  let at = 0;
  for (; at + size < bytes.length; at += size) {
    await send(dataToWire(bytes.subarray(at, at + size)));
  }
  return await send(dataToWire(bytes.subarray(at)));
}
