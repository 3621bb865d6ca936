// How much of everything: the full size is the default, `--set name=value` takes another one.
export const sizes = {
  /** Trees that run when a host dies. */
  trees: 20,
  /** Hosts that are killed while they launch. */
  launchKills: 10,
  /** Executions under a shortage of descriptors or processes. */
  launches: 200,
  /** Processes of the fork bomb, at most. */
  forks: 500,
  /** Executions whose pipe is held, for each of four payloads. */
  heldPipes: 100,
  /** Runs of /bin/true, at each concurrency. */
  runs: 10_000,
  /** Commands that sleep at the same time. */
  sleeps: 1_000,
  /** MiB of one line without an end. */
  lineMiB: 1_024,
  /** Empty lines, in millions. */
  emptyMillions: 10,
  /** Executions of the soak. */
  soak: 20_000,
  /** Executions of the property test of the event order. */
  orders: 600,
  /** Connections to an engine behind the bridge, one after the other. */
  connections: 40,
  /** Hosts with a journal that are killed. */
  journalKills: 30,
  /** Workers that are terminated. */
  workers: 20,
  /** Files that are executed as soon as they are written. */
  races: 200,
};

/** The sizes with `name=value` texts laid over them; throws an error that says what is allowed. */
export function sizesWith(texts) {
  const chosen = { ...sizes };
  for (const text of texts) {
    const [, name, digits] = /^(\w+)=(\d+)$/.exec(text) ?? [];
    if (name === undefined || !Object.hasOwn(sizes, name) || Number(digits) < 1) {
      const known = Object.keys(sizes).join(', ');
      throw new Error(
        `--set takes name=value, value an integer of at least 1, not "${text}"; names: ${known}`,
      );
    }
    chosen[name] = Number(digits);
  }
  return chosen;
}
