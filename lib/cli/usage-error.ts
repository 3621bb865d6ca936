/** A command line that makes no sense: what is wrong, what is allowed, and what it would look like. */

export class UsageError extends Error {
  /** What is allowed instead. */
  readonly allowed: string;
  /** Arguments behind the name of the subcommand; `undefined`: the one of its help. */
  readonly example: string | undefined;

  constructor(message: string, allowed: string, example?: string) {
    super(message);
    this.allowed = allowed;
    this.example = example;
  }
}
