// One measurement in a process of its own: node bench/node/one-run.mjs <workload> <contender> <size>
// Prints one line of JSON.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import process from 'node:process';
import { load } from './contenders.mjs';
import { workloads } from './workloads.mjs';

const [workload, name, size] = process.argv.slice(2);
const { measure } = workloads[workload];
const contender = await load(name);
// Loads what is loaded late (the addon, its threads), which is not what is measured.
await contender.spawn();

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const cpu = process.cpuUsage();
const start = performance.now();
await measure(contender, Number(size));
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
delay.disable();

console.log(
  JSON.stringify({
    perSecond: Number(size) / seconds,
    cpuSeconds: (user + system) / 1e6,
    loopDelayMs: delay.max / 1e6,
    maxRssMb: process.resourceUsage().maxRSS / 1024,
  }),
);
