import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MARK, processesMarked } from './processes';
import { root } from './repository';
import { GUARD_MS, waitFor } from './wait';

const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  bin: Record<string, string>;
};

/** The program of the package, as `npm` would link it. */
export const programFile = join(root, bin['escher-execution-engine'] as string);

export interface ProgramOptions {
  /** Written to its stdin, which is closed then; `'keep'`: left open. */
  input?: string | Uint8Array | 'keep';
  env?: Record<string, string | undefined>;
  cwd?: string;
}

export interface ProgramEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  bytes: Buffer;
}

/** One call of the program, in a process of its own. */
export class Program {
  readonly mark = randomUUID();
  readonly child: ChildProcess;
  readonly ended: Promise<ProgramEnd>;
  readonly #stdout: Buffer[] = [];
  stderr = '';

  constructor(args: readonly string[], { input = '', env = {}, cwd = root }: ProgramOptions = {}) {
    this.child = spawn(process.execPath, [programFile, ...args], {
      cwd,
      env: { ...process.env, NODE_OPTIONS: '', [MARK]: this.mark, ...env },
      stdio: 'pipe',
    });
    const { stdin, stdout, stderr } = this.child;
    stdin?.on('error', () => undefined);
    if (input !== 'keep') stdin?.end(input);
    stdout?.on('data', (chunk: Buffer) => this.#stdout.push(chunk));
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    const guard = setTimeout(() => this.child.kill('SIGKILL'), GUARD_MS);
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => {
        clearTimeout(guard);
        const { stdout, stderr, bytes } = this;
        resolve({ code, signal, stdout, stderr, bytes });
      });
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#stdout);
  }

  get stdout(): string {
    return this.bytes.toString();
  }

  prints(pattern: RegExp): Promise<unknown> {
    return waitFor(`${pattern} on stdout`, () => {
      const found = pattern.test(this.stdout);
      if (found || this.child.exitCode === null) return found;
      throw new Error(`it ended: ${this.child.exitCode}\n${this.stdout}\n${this.stderr}`);
    });
  }

  /** The processes that it runs, itself not among them. */
  commands(): number[] {
    return processesMarked(this.mark).filter((pid) => pid !== this.pid);
  }
}

const started: Program[] = [];

export function startProgram(args: readonly string[], options: ProgramOptions = {}): Program {
  const program = new Program(args, options);
  started.push(program);
  return program;
}

/** Calls the program, and waits for its end. */
export const program = (
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramEnd> => startProgram(args, options).ended;

afterEach(async () => {
  for (const each of started.splice(0)) {
    if (each.child.exitCode === null) each.child.kill('SIGKILL');
    for (const stream of [each.child.stdout, each.child.stderr]) stream?.resume();
    await each.ended.catch(() => undefined);
    await waitFor('its commands to end', () => each.commands().length === 0);
  }
});
