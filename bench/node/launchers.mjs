// One run of /bin/true from start to end, as each library's or runtime's documentation shows it: both pipes are read to
// their ends. Each library is loaded on demand, so that a measured process contains only the one that it measures.
import { expectEqual } from './check.mjs';

const PROGRAM = '/bin/true';
export const TRUE = { command: { type: 'exec', program: PROGRAM } };

export const launchers = {
  async engine() {
    const { ExecutionEngine } = await import('escher-execution-engine');
    // The only setting that is not the default: 128 at a time are more than its 100.
    const engine = new ExecutionEngine({ maxConcurrentExecutions: 128 });
    return () => engine.run(TRUE, { reject: true });
  },

  async child_process() {
    const { spawn } = await import('node:child_process');
    const { once } = await import('node:events');
    return async () => {
      const child = spawn(PROGRAM, { stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.resume();
      child.stderr.resume();
      const [code] = await once(child, 'close');
      expectEqual('exit code', code, 0);
    };
  },

  async execa() {
    const { execa } = await import('execa');
    return () => execa(PROGRAM, { stdin: 'ignore' });
  },

  async tinyexec() {
    const { x } = await import('tinyexec');
    return () => x(PROGRAM, [], { throwOnError: true });
  },

  async Bun() {
    const options = { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' };
    return async () => {
      const child = globalThis.Bun.spawn([PROGRAM], options);
      const [, , code] = await Promise.all([
        child.stdout.text(),
        child.stderr.text(),
        child.exited,
      ]);
      expectEqual('exit code', code, 0);
    };
  },

  async Deno() {
    const options = { stdin: 'null', stdout: 'piped', stderr: 'piped' };
    return async () => {
      const { code } = await new globalThis.Deno.Command(PROGRAM, options).output();
      expectEqual('exit code', code, 0);
    };
  },
};

/** Calls `launch` `count` times, `concurrency` at a time. */
export async function launchMany(launch, count, concurrency) {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await launch();
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, concurrency) }, worker));
}
