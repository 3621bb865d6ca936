/** Input for a command, in lines that the other side takes. */

import type { WireData } from '../../types/wire';
import { dataToWire } from './values';

/** More at once wins nothing. */
const MOST = 1024 * 1024;

/** Of a line, what is not input: names, the id. */
const AROUND = 512;

/** Bytes of input that fit into a line of so many, as base64. */
function pieceFor(maxLineBytes: number): number {
  return Math.min(MOST, Math.floor(((maxLineBytes - AROUND) * 3) / 4));
}

/** Sends it in one line, or in several, one after the other. */
export async function sendPieces<Answer>(
  data: string | Uint8Array,
  maxLineBytes: number,
  send: (piece: WireData) => Promise<Answer>,
): Promise<Answer> {
  const most = pieceFor(maxLineBytes);
  // A character of text may take six bytes: `\u0000`.
  if (typeof data === 'string' && data.length * 6 <= most) return await send(data);
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  let at = 0;
  for (; at + most < bytes.length; at += most)
    await send(dataToWire(bytes.subarray(at, at + most)));
  return await send(dataToWire(bytes.subarray(at)));
}
