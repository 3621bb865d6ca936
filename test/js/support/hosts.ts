import { type ChildProcess, spawn } from 'node:child_process';
import { hostScript, root } from './repository';
import { GUARD_MS, waitFor } from './wait';

export interface HostOptions {
  args?: string[];
  env?: Record<string, string>;
  /** The Node to run it with, and options for it. */
  node?: string;
  nodeArgs?: string[];
  /** Words that run the host: `['strace', '-f']`. */
  under?: string[];
  guardMs?: number;
}

export interface HostEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A process of its own that uses the engine. */
export class Host {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly ended: Promise<HostEnd>;

  constructor(script: string, options: HostOptions = {}) {
    const { args = [], env = {}, node = process.execPath, nodeArgs = [], under = [] } = options;
    const [file = node, ...rest] = [...under, node, ...nodeArgs, hostScript(script), ...args];
    this.child = spawn(file, rest, {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what runs it (`under`) ends together with it.
      detached: true,
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    const guard = setTimeout(() => this.end(), options.guardMs ?? 2 * GUARD_MS);
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        clearTimeout(guard);
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      };
      this.child.once('close', end);
      // A child that outlives the host and holds its pipes must not hold the test up.
      this.child.once('exit', (code, signal) => setTimeout(end, 2_000, code, signal).unref());
    });
    // A host that cannot be started fails the test that waits for it.
    this.ended.catch(() => undefined);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the host did not start');
    return this.child.pid;
  }

  /** Ends it without asking, if it has not ended. */
  end(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // The process group is gone.
    }
  }

  /** The first printed line that matches. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    const match = await waitFor(`the host to print ${pattern}`, () => {
      const found = pattern.exec(this.stdout);
      if (!found && this.child.exitCode !== null) {
        throw new Error(`the host ended: ${this.stderr || this.stdout}`);
      }
      return found;
    });
    if (!match) throw new Error('unreachable');
    return match;
  }
}

const started: Host[] = [];

export function startHost(script: string, options: HostOptions = {}): Host {
  const host = new Host(script, options);
  started.push(host);
  return host;
}

/** Runs a host to its end. */
export const runHost = (script: string, options: HostOptions = {}): Promise<HostEnd> =>
  startHost(script, options).ended;

/** Runs a host that must end well, and reads what it printed last as JSON. */
export async function reportOf<T>(script: string, options: HostOptions = {}): Promise<T> {
  const { code, signal, stdout, stderr } = await runHost(script, options);
  if (code !== 0) {
    throw new Error(`${script} ended with ${signal ?? code}\n${stdout}\n${stderr}`);
  }
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}

afterEach(async () => {
  for (const host of started.splice(0)) {
    if (host.child.pid !== undefined) host.end();
    await host.ended.catch(() => undefined);
  }
});
