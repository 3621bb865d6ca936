/** One thing that a machine offers, or does not. */

export interface Check {
  /** Stays the same for programs that read `--json`. */
  id: string;
  name: string;
  /** `ok`: all there. `limited`: it works, with less. `missing`: it is not there. */
  state: 'ok' | 'limited' | 'missing';
  /** What was found. */
  value: string;
  /** Commands cannot be run without it. */
  needed: boolean;
  /** Of a check that is not `ok`: what follows from it. */
  meaning?: string;
  /** And what to do. */
  cure?: string;
}

type Found = Pick<Check, 'id' | 'name' | 'value'> & { needed?: boolean };
type Lacking = Found & { meaning: string; cure: string };

export const ok = ({ needed = false, ...found }: Found): Check => ({
  ...found,
  needed,
  state: 'ok',
});

export const limited = ({ needed = false, ...found }: Lacking): Check => ({
  ...found,
  needed,
  state: 'limited',
});

export const missing = ({ needed = false, ...found }: Lacking): Check => ({
  ...found,
  needed,
  state: 'missing',
});
