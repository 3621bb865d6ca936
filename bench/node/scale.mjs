// Whether an execution costs the same late in the life of a process and next to many others, and what many executions
// cost.
import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectEqual, until } from './check.mjs';
import { fillQueue, inTurns, queueEngine, SLEEP } from './crowd.mjs';
import { less, value } from './figure.mjs';
import { launchMany, TRUE } from './launchers.mjs';
import { measured } from './probe.mjs';
import { median } from './statistics.mjs';

async function engineFor(places) {
  const { ExecutionEngine } = await import('escher-execution-engine');
  return new ExecutionEngine({ maxConcurrentExecutions: places });
}

/** The cost per execution of `count` executions, 32 at a time. */
async function costNow(engine, count) {
  const launch = () => engine.run(TRUE, { reject: true });
  const { seconds, cpuSeconds } = await measured(() => launchMany(launch, count, 32));
  return { wall: seconds / count, cpu: cpuSeconds / count };
}

/** Several windows in a row at each age; the k-th windows of all ages form one round. */
async function ages({ ages: [young, grown, old], windows, window }) {
  const engine = await engineFor(100);
  let done = 0;
  const at = async (age) => {
    const costs = [];
    await launchMany(() => engine.run(TRUE, { reject: true }), age - done, 32);
    for (let index = 0; index < windows; index += 1) costs.push(await costNow(engine, window));
    done = age + windows * window;
    return costs;
  };
  const [first, second, third] = [await at(young), await at(grown), await at(old)];
  const base = {
    wall: median(first.map(({ wall }) => wall)),
    cpu: median(first.map(({ cpu }) => cpu)),
  };
  return first.map((_, index) => ({
    grown: second[index].wall / base.wall,
    old: third[index].wall / base.wall,
    grownCpu: second[index].cpu / base.cpu,
    oldCpu: third[index].cpu / base.cpu,
  }));
}

/** The same next to a growing number of idle running commands. */
async function beside({ crowds: [few, some, many], window }) {
  const engine = await engineFor(many + 64);
  let running = 0;
  const at = async (crowd) => {
    await launchMany(() => engine.execute(SLEEP), crowd - running, 32);
    running = crowd;
    await until('the crowd', async () => (await engine.stats()).counts.running === crowd);
    return costNow(engine, window);
  };
  await launchMany(() => engine.run(TRUE, { reject: true }), 2 * window, 32);
  const [first, second, third] = [await at(few), await at(some), await at(many)];
  await engine.shutdown({ graceMs: 0 });
  return {
    some: second.wall / first.wall,
    many: third.wall / first.wall,
    someCpu: second.cpu / first.cpu,
    manyCpu: third.cpu / first.cpu,
  };
}

/**
 * `count` commands alive at once. Each writes a line whenever the file that it follows grows. `start` runs them and
 * calls `onLines` with the number of lines that arrive; it resolves with `alive`, which counts them, and `end`, which
 * ends them.
 */
const crowdOf =
  (start) =>
  async ({ count, lines }, { folder }) => {
    const feed = path.join(folder, `feed-${process.pid}`);
    writeFileSync(feed, '');
    // `tail` polls the file: the kernel grants one user far fewer inotify watches than there are commands here. It ends
    // with this process, however that ends.
    const host = `--pid=${process.pid}`;
    const args = ['-n', '+1', '-f', host, '-s', '0.2', '---disable-inotify', feed];
    let seen = 0;
    const onLines = (added) => {
      seen += added;
    };
    let crowd;
    const { stallMs, peakMb } = await measured(async () => {
      crowd = await start(count, args, onLines);
      for (let line = 0; line < lines; line += 1) {
        appendFileSync(feed, `line ${line}\n`);
        await sleep(100);
      }
      await until('every line of every command', () => seen >= count * lines);
    });
    expectEqual('lines', seen, count * lines);
    expectEqual('commands alive', await crowd.alive(), count);
    await crowd.end();
    return { stallMs, peakMb };
  };

async function crowdOnEngine(count, args, onLines) {
  const engine = await engineFor(count);
  engine.on('output', ({ lines }) => onLines(lines.length));
  const tail = { command: { type: 'exec', program: 'tail', args } };
  await Promise.all(Array.from({ length: count }, () => engine.execute(tail)));
  const alive = async () => (await engine.stats()).counts.running;
  await until('the crowd', async () => (await alive()) === count);
  return { alive, end: () => engine.shutdown({ graceMs: 0 }) };
}

async function crowdOnPipes(count, args, onLines) {
  const children = Array.from({ length: count }, () => {
    const child = spawn('tail', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let rest = '';
    child.stderr.resume();
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      onLines(lines.length);
    });
    return child;
  });
  return {
    alive: () => children.filter(({ pid, exitCode }) => pid && exitCode === null).length,
    end: () => Promise.all(children.map((child) => endOf(child))),
  };
}

function endOf(child) {
  return new Promise((resolve) => {
    child.on('close', resolve);
    child.kill('SIGKILL');
  });
}

async function queued({ count }) {
  const engine = await queueEngine();
  let ids;
  const cost = await measured(async () => {
    ids = await fillQueue(engine, count);
  });
  expectEqual('queued', await engine.queuedCount(), count);
  await inTurns(ids, (id) => engine.cancel(id));
  expectEqual('queued after the cancels', await engine.queuedCount(), 0);
  await engine.shutdown({ graceMs: 0 });
  return { stallMs: cost.stallMs, peakMb: cost.peakMb, perSecond: count / cost.seconds };
}

export const workloads = {
  // Takes a minute and a half, so it runs in the first round only; its windows count as rounds.
  ages: {
    rounds: 1,
    full: { ages: [1000, 10_000, 100_000], windows: 3, window: 1000 },
    smoke: { ages: [20, 60, 100], windows: 2, window: 20 },
    contenders: { engine: ages },
  },
  beside: {
    rounds: 3,
    full: { crowds: [10, 100, 1000], window: 1000 },
    smoke: { crowds: [2, 5, 20], window: 40 },
    contenders: { engine: beside },
  },
  alive: {
    rounds: 3,
    full: { count: 1000, lines: 20 },
    smoke: { count: 20, lines: 4 },
    contenders: { engine: crowdOf(crowdOnEngine), child_process: crowdOf(crowdOnPipes) },
  },
  queued: {
    rounds: 3,
    full: { count: 100_000 },
    smoke: { count: 1000 },
    contenders: { engine: queued },
  },
};

const flat = { unit: 'x', atMost: 1.1 };
const late = { ...flat, workload: 'ages' };
const crowded = { ...flat, workload: 'beside' };
const alive = { workload: 'alive', title: '1000 alive, streaming' };
const queue = { workload: 'queued', title: '100 000 queued' };

export const figures = [
  value({ ...late, id: 'age-10k', field: 'grown', title: 'time per execution, 10 000th / 1000th' }),
  value({ ...late, id: 'age-100k', field: 'old', title: 'time per execution, 100 000th / 1000th' }),
  value({
    ...late,
    id: 'age-10k-cpu',
    field: 'grownCpu',
    title: 'CPU per execution, 10 000th / 1000th',
  }),
  value({
    ...late,
    id: 'age-100k-cpu',
    field: 'oldCpu',
    title: 'CPU per execution, 100 000th / 1000th',
  }),
  value({
    ...crowded,
    id: 'beside-100',
    field: 'some',
    title: 'time with 100 running / with 10',
  }),
  value({
    ...crowded,
    id: 'beside-1000',
    field: 'many',
    title: 'time with 1000 running / with 10',
  }),
  value({
    ...crowded,
    id: 'beside-100-cpu',
    field: 'someCpu',
    title: 'CPU with 100 running / with 10',
  }),
  value({
    ...crowded,
    id: 'beside-1000-cpu',
    field: 'manyCpu',
    title: 'CPU with 1000 running / with 10',
  }),
  value({
    ...alive,
    id: 'alive-memory',
    title: '1000 alive, streaming: peak memory',
    field: 'peakMb',
    unit: 'MiB',
  }),
  value({
    ...alive,
    id: 'alive-stall',
    title: '1000 alive, streaming: longest stall',
    field: 'stallMs',
    unit: 'ms',
  }),
  less({
    ...alive,
    id: 'alive-stall-child_process',
    title: '1000 alive, streaming: longest stall',
    field: 'stallMs',
    per: 'ms',
    base: 'child_process',
  }),
  value({
    ...queue,
    id: 'queued-memory',
    title: '100 000 queued: peak memory',
    field: 'peakMb',
    unit: 'MiB',
  }),
  value({
    ...queue,
    id: 'queued-stall',
    title: '100 000 queued: longest stall',
    field: 'stallMs',
    unit: 'ms',
  }),
];
