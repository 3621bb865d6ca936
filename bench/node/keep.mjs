// 1 GiB of output, kept, without a listener. The producer is `cat` of a file in the page cache. It writes 128 KiB at a
// time and does nothing else, so the figure shows the reading.
import { once } from 'node:events';
import { expectEqual } from './check.mjs';
import { faster } from './figure.mjs';
import { measured } from './probe.mjs';

const keeping = (keep) => async (size, inputs) => {
  const { file, bytes } = inputs[size.input];
  const total = bytes * size.times;
  const cost = await keep(Array(size.times).fill(file), total);
  return { ...cost, perSecond: total / 2 ** 20 / cost.seconds };
};

async function onEngine(args, total) {
  const { ExecutionEngine } = await import('escher-execution-engine');
  const engine = new ExecutionEngine({
    maxOutputSizeBytes: total,
    maxRetainedBytes: Number.POSITIVE_INFINITY,
  });
  await engine.run({ command: { type: 'exec', program: 'true' } }, { reject: true });
  let end;
  const cost = await measured(async () => {
    const settled = once(engine, 'settled');
    await engine.execute({ command: { type: 'exec', program: 'cat', args } });
    [end] = await settled;
  });
  expectEqual('success', end.result.success, true);
  expectEqual('bytes read', end.result.stdoutBytes, total);
  expectEqual('bytes kept', (await engine.stats()).retainedBytes, total);
  return cost;
}

async function onPipe(args, total) {
  const { spawn } = await import('node:child_process');
  await once(spawn('true'), 'close');
  const chunks = [];
  const cost = await measured(async () => {
    const child = spawn('cat', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    const [code] = await once(child, 'close');
    expectEqual('exit code of cat', code, 0);
  });
  const kept = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  expectEqual('bytes kept', kept, total);
  return cost;
}

export const workloads = {
  keep: {
    full: { input: 'block', times: 64 },
    smoke: { input: 'block', times: 2 },
    contenders: { engine: keeping(onEngine), child_process: keeping(onPipe) },
    programs: {
      'bare read loop': {
        peer: 'bare calls',
        args: ({ input, times }, inputs) => [
          ...['read', '--', 'cat', ...Array(times).fill(inputs[input].file)],
        ],
        numbers([found], { input, times }, inputs) {
          expectEqual('bytes read', found.amount, inputs[input].bytes * times);
          return { perSecond: found.amount / 2 ** 20 / found.seconds };
        },
      },
    },
  },
};

const keep = { workload: 'keep', title: 'output of 1 GiB kept, no listener', per: 'MiB/s' };

export const figures = [
  faster({ ...keep, id: 'keep-floor', base: 'bare read loop', atLeast: 0.9 }),
  faster({ ...keep, id: 'keep', base: 'child_process', atLeast: 2 }),
];
