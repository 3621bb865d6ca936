/** Everything that the store may have, and for how long. Every figure stands in docs/fleet.md too. */

/** Bytes of the data of one job. */
export const JOB_DATA_BYTES = 65_536;
/** Bytes of an outcome as JSON. */
export const OUTCOME_BYTES = 16_384;
/** Bytes of the message of a failure. */
export const FAILURE_BYTES = 512;
/** Bytes of one tail, at most. Two of them fit into an outcome, also if every second character is escaped. */
export const MOST_TAIL_BYTES = 6144;
/** Outcomes and requests to cancel, and what is known of a job that runs: a day. */
export const OUTCOME_MS = 86_400_000;
/** Lines: an hour after the last one. */
export const LIVE_MS = 3_600_000;
export const LONGEST_KEY = 256;
/** BullMQ orders delayed jobs by 4096 times their time, which a number must hold. */
export const LONGEST_DELAY_MS = 31_622_400_000;
/** Priorities of BullMQ are from 1, the first, to 2097152. */
export const PRIORITY_ZERO = 1_000_000;
/** How many jobs of one key wait among the others. Further ones wait aside, and come in as these start. */
export const KEY_WINDOW = 32;
/** A job that is run again after its worker was lost may be what ends the workers. */
export const MOST_STALLS = 5;

/** Milliseconds until a job that waits for its key looks again. Those that wait longer look less often. */
export const parkMs = (rank: number): number => Math.min(15_000 + rank * 50, 600_000);

/** The end or the start of a text in at most `bytes` bytes of UTF-8, cut between characters. */
export function endOf(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  let from = all.length - bytes;
  while (from < all.length && isInside(all[from])) from++;
  return all.subarray(from).toString();
}

export function startOf(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  let to = bytes;
  while (to > 0 && isInside(all[to])) to--;
  return all.subarray(0, to).toString();
}

/** Whether a byte continues a character. */
const isInside = (byte: number | undefined): boolean => ((byte ?? 0) & 0xc0) === 0x80;
