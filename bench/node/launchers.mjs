// One run of /bin/true from start to end, the way each library's own documentation does it. Each is loaded on demand, so
// a measured process holds only the library that it measures.

const PROGRAM = '/bin/true';
export const TRUE = { command: { type: 'exec', program: PROGRAM } };

export const launchers = {
  async engine() {
    const { ExecutionEngine } = await import('escher-execution-engine');
    const engine = new ExecutionEngine();
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
      if (code !== 0) throw new Error(`exit code ${code}`);
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
};

/** Runs it `count` times, `concurrency` at a time. */
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
