/** The names in the store. Those of BullMQ begin with the same prefix and queue. Pure. */

export interface Names {
  /** What is known of a job: who began which attempt, and the newest outcome. */
  run(id: string): string;
  cancelled(id: string): string;
  live(id: string): string;
  /** The jobs that wait for a key, by their arrival. */
  line(key: string): string;
  /** The jobs that run for a key, by the time at which their place is free without a renewal. */
  held(key: string): string;
  /** The channel of requests to cancel. */
  readonly cancels: string;
}

export function namesOf(prefix: string, queue: string): Names {
  const name = (kind: string, rest: string): string => `${prefix}:${queue}:escher:${kind}:${rest}`;
  return {
    run: (id) => name('result', id),
    cancelled: (id) => name('cancelled', id),
    live: (id) => name('live', id),
    line: (key) => name('line', key),
    held: (key) => name('held', key),
    cancels: name('cancels', 'all'),
  };
}
