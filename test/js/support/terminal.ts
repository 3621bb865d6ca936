import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { MARK, processesMarked } from './processes';
import { programFile } from './program';
import { root } from './repository';
import { waitFor } from './wait';

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** A shell on a real terminal, played by a tmux server of its own. */
export class Terminal {
  /** The mark of every process that {@link call} runs. */
  readonly mark = randomUUID();
  readonly #socket = `escher-test-${this.mark}`;

  constructor(columns = 80, rows = 24) {
    const size = ['-x', String(columns), '-y', String(rows)];
    const shell = "env -u NO_COLOR PS1='$ ' bash --norc --noprofile";
    const { TMUX: _, ...env } = process.env;
    const start = ['-f', '/dev/null', 'new-session', '-d', '-s', 'test', ...size, shell];
    this.#tmux(start, { ...env, TERM: 'xterm-256color', NODE_OPTIONS: '' });
  }

  /** Types a call of the program that prints its exit code at the end, on a cleared screen. */
  async call(args: string, env = ''): Promise<void> {
    await this.shows(/\$ *$/);
    this.type(
      `e() { ${MARK}=${this.mark} ${env} "${process.execPath}" "${programFile}" "$@"; }; clear`,
    );
    // The output of an earlier call must not be mistaken for the output of this one.
    await this.shows(/^\$$/);
    this.type(`clear; e ${args}; echo "code $?"`);
  }

  type(text: string): void {
    this.#tmux(['send-keys', '-t', 'test', '-l', text]);
    this.press('Enter');
  }

  /** `C-c`, `C-z`, `Enter`. */
  press(key: string): void {
    this.#tmux(['send-keys', '-t', 'test', key]);
  }

  resize(columns: number): void {
    this.#tmux(['resize-window', '-t', 'test', '-x', String(columns)]);
  }

  /** Closes it, as the window of a terminal is closed. */
  close(): void {
    this.#tmux(['kill-session', '-t', 'test']);
  }

  /** The text of the screen since the last `clear`. */
  screen(how?: 'with colours'): string {
    const escapes = how === undefined ? [] : ['-e'];
    return this.#tmux(['capture-pane', '-p', ...escapes, '-t', 'test']).trimEnd();
  }

  async shows(pattern: RegExp): Promise<string> {
    try {
      await waitFor(String(pattern), () => pattern.test(this.screen()));
    } catch (error) {
      throw new Error(`${(error as Error).message}\nbut the screen is:\n${this.screen()}`);
    }
    return this.screen();
  }

  /** The processes that calls have left so far, the program itself among them. */
  processes(): number[] {
    return processesMarked(this.mark);
  }

  end(): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server']);
  }

  #tmux(args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
    const call = ['-L', this.#socket, ...args];
    const { status, stdout, stderr } = spawnSync('tmux', call, { cwd: root, env });
    if (status !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`);
    return stdout.toString();
  }
}

const opened: Terminal[] = [];

export function openTerminal(columns?: number, rows?: number): Terminal {
  const terminal = new Terminal(columns, rows);
  opened.push(terminal);
  return terminal;
}

afterEach(async () => {
  for (const terminal of opened.splice(0)) {
    terminal.end();
    await waitFor('nothing to be left', () => terminal.processes().length === 0);
  }
});
