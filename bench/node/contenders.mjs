// The same two tasks done with each library, the way its own documentation does them. Each is loaded on demand, so a
// measured process holds only the library that it measures.
//
//   spawn(): runs /bin/true once; resolves when it has ended
//   stream(last): runs `seq 1 last` and reads it line by line; resolves with the number of lines

const PROGRAM = '/bin/true';

const contenders = {
  async 'escher-execution-engine'() {
    const { ExecutionEngine } = await import('escher-execution-engine');
    const engine = new ExecutionEngine();
    return {
      async spawn() {
        await engine.run({ command: { type: 'exec', program: PROGRAM } }, { reject: true });
      },
      async stream(last) {
        let lines = 0;
        const run = engine.run({
          command: { type: 'exec', program: 'seq', args: ['1', `${last}`] },
        });
        run.on('output', (event) => {
          lines += event.lines.length;
        });
        await run;
        return lines;
      },
    };
  },

  async child_process() {
    const { spawn } = await import('node:child_process');
    const { once } = await import('node:events');
    const { createInterface } = await import('node:readline');
    const stdio = ['ignore', 'pipe', 'pipe'];
    return {
      async spawn() {
        const child = spawn(PROGRAM, { stdio });
        child.stdout.resume();
        child.stderr.resume();
        const [code] = await once(child, 'close');
        if (code !== 0) throw new Error(`exit code ${code}`);
      },
      async stream(last) {
        let lines = 0;
        const child = spawn('seq', ['1', `${last}`], { stdio });
        child.stderr.resume();
        const closed = once(child, 'close');
        createInterface({ input: child.stdout }).on('line', () => {
          lines += 1;
        });
        await closed;
        return lines;
      },
    };
  },

  async execa() {
    const { execa } = await import('execa');
    return {
      async spawn() {
        await execa(PROGRAM, { stdin: 'ignore' });
      },
      async stream(last) {
        let lines = 0;
        for await (const _line of execa('seq', ['1', `${last}`], {
          stdin: 'ignore',
          buffer: false,
        })) {
          lines += 1;
        }
        return lines;
      },
    };
  },

  async tinyexec() {
    const { x } = await import('tinyexec');
    return {
      async spawn() {
        await x(PROGRAM, [], { throwOnError: true });
      },
      async stream(last) {
        let lines = 0;
        for await (const _line of x('seq', ['1', `${last}`])) lines += 1;
        return lines;
      },
    };
  },
};

export const names = Object.keys(contenders);

export const load = (name) => contenders[name]();
