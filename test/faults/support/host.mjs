// A host: a process of its own that uses the engine, for faults that end or starve the process that they happen to.
//
// A row file exports its hosts beside its rows: `export const hosts = { name: async (args, { tell, hear }) => … }`.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait.mjs';

const main = fileURLToPath(new URL('./host-main.mjs', import.meta.url));

class Host {
  stderr = '';
  end = undefined;
  #told = [];

  constructor(child) {
    this.child = child;
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    child.stdout.resume();
    child.on('message', (message) => this.#told.push(message));
    child.once('error', (error) => {
      this.end = { code: null, signal: null, error };
    });
    child.once('exit', (code, signal) => {
      this.end = { code, signal };
    });
  }

  get pid() {
    return this.child.pid;
  }

  /** Everything that it has reported under that name. */
  all(name) {
    return this.#told.filter((message) => message.name === name).map(({ value }) => value);
  }

  /** The first thing that it reports under that name. */
  async told(name, guardMs) {
    await waitFor(
      `the host to tell ${name}`,
      () => {
        const there = this.all(name).length > 0;
        if (!there && this.end) throw new Error(`the host ended: ${this.#how()}`);
        return there;
      },
      guardMs,
    );
    return this.all(name)[0];
  }

  say(name, value) {
    this.child.send({ name, value });
  }

  /** Its end, whatever it is: `{ code, signal }`. */
  async ended(guardMs) {
    await waitFor('the host to end', () => this.end, guardMs);
    return this.end;
  }

  /** For a host that has to end well. */
  async endedWell(guardMs) {
    const { code } = await this.ended(guardMs);
    if (code !== 0) throw new Error(`the host ended: ${this.#how()}`);
  }

  #how() {
    const { code, signal, error } = this.end;
    const said = /^.*\bError\b.*$/m.exec(this.stderr)?.[0] ?? this.stderr;
    return `${error ?? signal ?? `exit code ${code}`}; ${said}`;
  }
}

/**
 * Starts the host `name` of a row file. `under`: words that run it, such as `['unshare', '-m']`; `options`: of `spawn`;
 * `module`: the file, where it is a copy of the row file.
 */
export function startHost(
  module,
  name,
  args = {},
  { under = [], nodeArgs = [], env, main: program = main, ...options } = {},
) {
  const [file, ...words] = [
    ...under,
    process.execPath,
    ...nodeArgs,
    program,
    module,
    name,
    JSON.stringify(args),
  ];
  return new Host(
    spawn(file, words, {
      ...options,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    }),
  );
}
