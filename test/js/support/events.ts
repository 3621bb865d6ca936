/** Every event of the contract, whatever its status. */
export const EVENTS = [
  'started',
  'output',
  'stdout',
  'stderr',
  'progress',
  'echo',
  'completed',
  'failed',
  'timeout',
  'cancelled',
  'settled',
  'statusChanged',
] as const;

export type EventName = (typeof EVENTS)[number];

/** The fields of all payloads; each event has some of them. */
export interface AnyPayload {
  executionId: string;
  timestamp: number;
  key: string | null;
  pid: number;
  command: string;
  stream: 'stdout' | 'stderr';
  lines: string[];
  firstSeq: number;
  line: string;
  seq: number;
  partial: boolean;
  fraction: number | null;
  label: string | null;
  enabled: boolean;
  canonical: boolean;
  result: Record<string, unknown>;
  oldStatus: string;
  newStatus: string;
}

export interface Recorded {
  event: EventName;
  payload: AnyPayload;
}

interface Emitter {
  on(event: never, listener: (payload: never) => void): unknown;
}

/** Notes every event from now on, in the order of arrival. */
export function record(emitter: Emitter, events: readonly EventName[] = EVENTS): Recorded[] {
  const recorded: Recorded[] = [];
  for (const event of events) {
    emitter.on(event as never, (payload: AnyPayload) => {
      recorded.push({ event, payload });
    });
  }
  return recorded;
}

export const names = (recorded: readonly Recorded[]): EventName[] =>
  recorded.map(({ event }) => event);

export const payloads = (recorded: readonly Recorded[], ...events: EventName[]): AnyPayload[] =>
  recorded.filter(({ event }) => events.includes(event)).map(({ payload }) => payload);

/** The text of `stdout` and `stderr` events put together again, pieces joined, each line ended by `\n`. */
export function joined(recorded: readonly Recorded[], stream: 'stdout' | 'stderr'): string {
  return payloads(recorded, stream)
    .map(({ line, partial }) => (partial ? line : `${line}\n`))
    .join('');
}

/** The next line of stdout. */
export const nextLine = (execution: {
  once(name: 'stdout', listener: (event: { line: string }) => void): unknown;
}): Promise<string> =>
  new Promise((resolve) => execution.once('stdout', ({ line }) => resolve(line)));
