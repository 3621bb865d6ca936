/** A command line that is rejected: what is wrong, what is allowed, and an example. */

export class UsageError extends Error {
  /** The allowed values. */
  readonly allowed: string;
  /** Arguments after the name of the subcommand; `undefined`: the first example of its help. */
  readonly example: string | undefined;

  constructor(message: string, allowed: string, example?: string) {
    super(message);
    this.allowed = allowed;
    this.example = example;
  }
}
