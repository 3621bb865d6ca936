/**
 * The table that describes a subcommand. All fields are required, so none is read from a polluted `Object.prototype`.
 */

export interface OptionSpec {
  /** Name of the value in the help; `null` for a switch. */
  valueName: string | null;
  short: string | null;
  /** The option may be repeated. */
  repeatable: boolean;
  description: string;
}

export interface SubcommandSpec {
  name: string;
  /** The operands as the help shows them; empty if none are allowed. */
  operands: string;
  description: string;
  options: Readonly<Record<string, OptionSpec>>;
  /** Arguments after the name of the subcommand. Usage errors show the first one. */
  examples: readonly [string, ...string[]];
  /** Lines of the help after the options. */
  notes: readonly string[];
}

/** An option without a value. */
export const switchOption = (description: string, short: string | null = null): OptionSpec => ({
  valueName: null,
  short,
  repeatable: false,
  description,
});

export const valueOption = (valueName: string, description: string): OptionSpec => ({
  valueName,
  short: null,
  repeatable: false,
  description,
});

export const repeatableOption = (valueName: string, description: string): OptionSpec => ({
  valueName,
  short: null,
  repeatable: true,
  description,
});
