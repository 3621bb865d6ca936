/** One requirement or optional feature of the machine. */

export interface Check {
  /** Stable, for programs that read `--json`. */
  id: string;
  name: string;
  /** `limited`: the engine works, with a restriction. */
  state: 'ok' | 'limited' | 'missing';
  /** The value that was found. */
  value: string;
  /** Commands cannot be run without it. */
  needed: boolean;
  /** The consequence. Present unless the state is `ok`. */
  meaning?: string;
  /** The fix. Present unless the state is `ok`. */
  cure?: string;
}

type Finding = Pick<Check, 'id' | 'name' | 'value'> & { needed?: boolean };
type Problem = Finding & { meaning: string; cure: string };

export const ok = ({ needed = false, ...finding }: Finding): Check => ({
  ...finding,
  needed,
  state: 'ok',
});

export const limited = ({ needed = false, ...problem }: Problem): Check => ({
  ...problem,
  needed,
  state: 'limited',
});

export const missing = ({ needed = false, ...problem }: Problem): Check => ({
  ...problem,
  needed,
  state: 'missing',
});
