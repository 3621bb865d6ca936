/** What the fleet keeps in the store beside the jobs of BullMQ. One implementation for each kind of store. */

/** A job that a worker wants to begin. */
export interface Beginning {
  readonly id: string;
  readonly attempt: number;
  /** The lock of the job: a request that was sent twice by a reconnection has the same one. */
  readonly token: string;
  /** Whether an attempt that another worker has begun may begin again. */
  readonly isRepeatable: boolean;
  readonly key: string | null;
  readonly keyLimit: number;
  /** Milliseconds for which the attempt and the place of its key are held without a renewal. */
  readonly holdMs: number;
}

export type Verdict =
  /** It may run, and holds a place of its key. */
  | { readonly is: 'begun' }
  /** The attempt has ended: another worker, or this one before a reconnection, stored its outcome. */
  | { readonly is: 'ended'; readonly outcome: string }
  | { readonly is: 'cancelled'; readonly reason: string }
  /** Another worker began this attempt. */
  | { readonly is: 'lost' }
  /** The same, and its command may run for `forMs` more, whatever the lock of the job says. */
  | { readonly is: 'held'; readonly forMs: number }
  /** The key has no place: `rank` jobs are before it, of which `next` have a place and should come. */
  | { readonly is: 'parked'; readonly rank: number; readonly next: readonly string[] };

export interface Running {
  readonly id: string;
  readonly key: string | null;
}

export interface LiveLines {
  /** Where to read on. */
  readonly cursor: string;
  readonly texts: readonly string[];
}

export interface SideStore {
  /** Whether the connection is up. */
  readonly isReady: boolean;
  /** Rejects if the server does not have what the connection names. */
  check(): Promise<void>;
  begin(beginning: Beginning): Promise<Verdict>;
  /** Undoes `begin()` of a job that was not started. */
  withdraw(job: Running, token: string): Promise<void>;
  /** Stores an outcome, unless there is one of this attempt or a later one: that one is returned. */
  settle(id: string, attempt: number, outcome: string): Promise<string | undefined>;
  /** The newest outcome. */
  outcome(id: string): Promise<string | undefined>;
  /** Holds running jobs and their places, and keeps their records; returns the reasons of those that were cancelled, by id. */
  renew(jobs: readonly Running[], holdMs: number): Promise<ReadonlyMap<string, string>>;
  cancel(id: string, reason: string): Promise<void>;
  /** Calls the listener for each request to cancel from now on. Some may be missed: `renew()` finds them. */
  onCancel(listener: (id: string, reason: string) => void): Promise<void>;
  /** Puts a job into the line of its key; returns how many are before it. */
  arrive(id: string, key: string): Promise<number>;
  /** Gives up the place of a job; returns those that may have one now. */
  leave(id: string, key: string, keyLimit: number): Promise<readonly string[]>;
  /** Removes from the line a job that does not exist, unless it was put there just now. */
  drop(id: string, key: string): Promise<void>;
  /** Adds lines, and keeps about the newest `keep` texts. */
  append(id: string, text: string, keep: number): Promise<void>;
  read(id: string, cursor: string): Promise<LiveLines>;
  close(): Promise<void>;
}

/** Before the first lines. */
export const START = '';
