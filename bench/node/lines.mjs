// Lines of one command into JavaScript: in batches, as one event per line, and by `for await`. All contenders of a
// workload read the same bytes, from `cat` of a prepared file: `seq` makes lines more slowly than they are read here.
import { once } from 'node:events';
import { expectEqual } from './check.mjs';
import { faster, less } from './figure.mjs';
import { measured } from './probe.mjs';

/** Arguments for `cat`: the file, repeated. */
const catArgs = ({ file, times }) => Array(times).fill(file);

/** Counts lines and remembers the last one, as the proof that all of them arrived. */
class Tally {
  count = 0;
  last = '';
  add(line) {
    this.count += 1;
    this.last = line;
  }
  addAll(lines) {
    if (lines.length === 0) return;
    this.count += lines.length;
    this.last = lines[lines.length - 1];
  }
}

const reading = (prepare) => async (size, inputs) => {
  const input = inputs[size.input];
  const read = await prepare();
  // The first read loads and compiles code, so it is not measured.
  await read(new Tally(), [input.file]);
  const tally = new Tally();
  const cost = await measured(() => read(tally, catArgs({ file: input.file, times: size.times })));
  expectEqual('lines', tally.count, input.lines * size.times);
  expectEqual('last line', tally.last, input.lastLine);
  return { ...cost, perSecond: tally.count / cost.seconds };
};

/** A contender that uses the engine: `take` receives the handle and the tally. */
const onEngine = (take, config) =>
  reading(async () => {
    const { ExecutionEngine } = await import('escher-execution-engine');
    const engine = new ExecutionEngine(config);
    return async (tally, args) => {
      const run = engine.run({ command: { type: 'exec', program: 'cat', args } }, { reject: true });
      // Awaited together: the failure of a handle that is not awaited would be lost.
      await Promise.all([run.result, take(run, tally)]);
    };
  });

/** A contender that uses `child_process`: `take` receives the pipe and the tally. */
const onPipe = (take) =>
  reading(async () => {
    const { spawn } = await import('node:child_process');
    return async (tally, args) => {
      const child = spawn('cat', args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const closed = once(child, 'close');
      await take(child.stdout, tally);
      const [code] = await closed;
      expectEqual('exit code of cat', code, 0);
    };
  });

const split = onPipe((pipe, tally) => {
  let rest = '';
  pipe.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    tally.addAll(lines);
  });
});

async function readline(input) {
  const { createInterface } = await import('node:readline');
  return createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}

const readlineEvents = onPipe(async (pipe, tally) => {
  const lines = await readline(pipe);
  lines.on('line', (line) => tally.add(line));
  await once(lines, 'close');
});

const readlineIterator = onPipe(async (pipe, tally) => {
  for await (const line of await readline(pipe)) tally.add(line);
});

/** The split of the runtimes that have streams of the web. */
const splitStream = (start) =>
  reading(async () => async (tally, args) => {
    const { stdout, ended } = start(args);
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of stdout) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop();
      tally.addAll(lines);
    }
    expectEqual('exit code of cat', await ended(), 0);
  });

const onBun = splitStream((args) => {
  const options = { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' };
  const child = globalThis.Bun.spawn(['cat', ...args], options);
  return { stdout: child.stdout, ended: () => child.exited };
});

const onDeno = splitStream((args) => {
  const options = { args, stdin: 'null', stdout: 'piped', stderr: 'inherit' };
  const child = new globalThis.Deno.Command('cat', options).spawn();
  return { stdout: child.stdout, ended: async () => (await child.status).code };
});

/** tokio's `lines()`, in Rust. */
const tokio = {
  peer: 'tokio',
  args: ({ input, times }, inputs) => ['lines', ...catArgs({ file: inputs[input].file, times })],
  numbers([{ amount, last, seconds, peakMb }], { input, times }, inputs) {
    expectEqual('lines', amount, inputs[input].lines * times);
    expectEqual('last line', last, inputs[input].lastLine);
    return { perSecond: amount / seconds, peakMb };
  },
};

const takeBatches = (run, tally) => void run.on('output', ({ lines }) => tally.addAll(lines));

const batches = {
  engine: onEngine(takeBatches),
  'data + split': split,
  readline: readlineEvents,
  Bun: onBun,
  Deno: onDeno,
};

const streaming = {
  engine: onEngine(takeBatches, { maxOutputSizeBytes: 65_536 }),
  'data + split': split,
};

export const workloads = {
  'lines-short': {
    full: { input: 'short', times: 8 },
    smoke: { input: 'short', times: 2 },
    contenders: batches,
    programs: { tokio },
  },
  'lines-100': {
    full: { input: 'long', times: 40 },
    smoke: { input: 'long', times: 2 },
    contenders: batches,
    programs: { tokio },
  },
  // By default the engine keeps 10 MiB and the split nothing: these workloads measure the streaming alone.
  'stream-short': {
    full: { input: 'short', times: 8 },
    smoke: { input: 'short', times: 2 },
    contenders: streaming,
  },
  'stream-100': {
    full: { input: 'long', times: 40 },
    smoke: { input: 'long', times: 2 },
    contenders: streaming,
  },
  'line-events': {
    full: { input: 'short', times: 6 },
    smoke: { input: 'short', times: 2 },
    contenders: {
      engine: onEngine((run, tally) => void run.on('stdout', ({ line }) => tally.add(line))),
      readline: readlineEvents,
    },
  },
  'line-batches': {
    full: { input: 'short', times: 8 },
    smoke: { input: 'short', times: 2 },
    contenders: {
      engine: onEngine(async (run, tally) => {
        for await (const { lines } of run.batches()) tally.addAll(lines);
      }),
      'output event': onEngine(takeBatches),
    },
  },
  'line-iterator': {
    full: { input: 'short', times: 2 },
    smoke: { input: 'short', times: 2 },
    contenders: {
      engine: onEngine(async (run, tally) => {
        for await (const line of run.lines()) tally.add(line);
      }),
      readline: readlineIterator,
      execa: reading(async () => {
        const { execa } = await import('execa');
        return async (tally, args) => {
          const options = { stdin: 'ignore', buffer: false };
          for await (const line of execa('cat', args, options)) tally.add(line);
        };
      }),
      tinyexec: reading(async () => {
        const { x } = await import('tinyexec');
        return async (tally, args) => {
          for await (const line of x('cat', args, { throwOnError: true })) tally.add(line);
        };
      }),
    },
  },
};

const table = 'lines into the program per second';
const rate = { table, field: 'perSecond' };

export const comparisons = [
  { ...rate, workload: 'lines-short', title: '7 bytes, in batches' },
  { ...rate, workload: 'lines-100', title: '100 bytes, in batches' },
  { ...rate, workload: 'line-events', title: '7 bytes, one event per line' },
  { ...rate, workload: 'line-iterator', title: '7 bytes, for await' },
];

const short = { workload: 'lines-short', title: 'lines of 7 bytes, in batches', per: 'lines/s' };
const long = { workload: 'lines-100', title: 'lines of 100 bytes, in batches', per: 'lines/s' };
const iterator = { workload: 'line-iterator', title: 'for await over lines()', per: 'lines/s' };
const kept = { field: 'peakMb', per: 'MiB', base: 'data + split' };
const peak = { ...kept, atLeast: 1 };

export const figures = [
  faster({ ...short, id: 'lines-short', base: 'data + split', atLeast: 1.3 }),
  faster({ ...short, id: 'lines-short-readline', base: 'readline', atLeast: 3.5 }),
  faster({ ...short, id: 'lines-short-tokio', base: 'tokio', atLeast: 1.3 }),
  faster({ ...long, id: 'lines-100', base: 'data + split' }),
  faster({ ...long, id: 'lines-100-readline', base: 'readline', atLeast: 2.5 }),
  faster({ ...long, id: 'lines-100-tokio', base: 'tokio' }),
  faster({
    id: 'line-events',
    workload: 'line-events',
    title: 'one event per line',
    per: 'lines/s',
    base: 'readline',
    atLeast: 2,
  }),
  faster({
    id: 'line-batches',
    workload: 'line-batches',
    title: 'for await over batches()',
    per: 'lines/s',
    base: 'output event',
    atLeast: 0.9,
  }),
  faster({ ...iterator, id: 'line-iterator', base: 'readline', atLeast: 2 }),
  faster({ ...iterator, id: 'line-iterator-execa', base: 'execa', atLeast: 6 }),
  faster({ ...iterator, id: 'line-iterator-tinyexec', base: 'tinyexec' }),
  less({ ...short, ...kept, id: 'peak-short', title: 'peak memory, lines of 7 bytes' }),
  less({ ...long, ...kept, id: 'peak-100', title: 'peak memory, lines of 100 bytes' }),
  less({
    ...peak,
    workload: 'stream-short',
    id: 'peak-short-stream',
    title: 'the same, keeping 64 KiB of 7-byte lines',
  }),
  less({
    ...peak,
    workload: 'stream-100',
    id: 'peak-100-stream',
    title: 'the same, keeping 64 KiB of 100-byte lines',
  }),
];
