// npm run bench: the engine against child_process, execa and tinyexec.
//
//   npm run bench                    5 rounds of everything
//   npm run bench -- --smoke         1 small round: does it still run?
//   npm run bench -- --rounds 9 spawn-32
//
// Every measurement is a fresh process, and in each round everybody has a turn, in an order that moves on from round
// to round, so that a busy moment of the machine hits all alike. See bench/README.md for how to read the numbers.
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { names } from './contenders.mjs';
import { median, range } from './statistics.mjs';
import { workloads } from './workloads.mjs';

const BASE = 'child_process';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { smoke: { type: 'boolean' }, rounds: { type: 'string' } },
});
const rounds = Number(options.rounds ?? (options.smoke ? 1 : 5));
const selected = positionals.length > 0 ? positionals : Object.keys(workloads);
const unknown = selected.filter((name) => !workloads[name]);
if (unknown.length > 0 || !(rounds >= 1)) {
  console.error(`bench: workloads are ${Object.keys(workloads).join(', ')}; --rounds is 1 or more`);
  process.exit(2);
}

const [cpu] = os.cpus();
console.log(
  `Node.js ${process.version}, ${process.platform} ${process.arch}, ${os.cpus().length} x ${cpu?.model}`,
);
for (const name of selected) report(name, measureAll(name));

function measureAll(workload) {
  const size = workloads[workload].size[options.smoke ? 'smoke' : 'full'];
  const runs = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = names.map((_, index) => names[(index + round) % names.length]);
    for (const name of order) runs[name].push(measureOne(workload, name, size));
  }
  return runs;
}

function measureOne(workload, name, size) {
  const script = fileURLToPath(new URL('one-run.mjs', import.meta.url));
  const output = execFileSync(process.execPath, [script, workload, name, String(size)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output);
}

function report(workload, runs) {
  const { title, unit, size } = workloads[workload];
  const amount = size[options.smoke ? 'smoke' : 'full'];
  console.log(`\n${title} (${amount.toLocaleString('en')} in each of ${rounds} rounds)`);
  printRow('', [unit, 'range', `x ${BASE}`, 'cpu s', 'loop held ms', 'RSS MB']);
  for (const name of names) printRow(name, cells(runs[name], runs[BASE]));
}

function printRow(name, texts) {
  const widths = [13, 24, 17, 8, 14, 8];
  console.log(name.padEnd(24) + texts.map((text, index) => text.padStart(widths[index])).join(''));
}

function cells(own, base) {
  const of = (field) => median(own.map((run) => run[field]));
  const [low, high] = range(own.map((run) => run.perSecond));
  // Of each round first, then the median: what slowed a whole round cancels out.
  const ratio = median(own.map((run, round) => run.perSecond / base[round].perSecond));
  const whole = (value) => Math.round(value).toLocaleString('en');
  return [
    whole(of('perSecond')),
    `${whole(low)} - ${whole(high)}`,
    ratio.toFixed(2),
    of('cpuSeconds').toFixed(2),
    of('loopDelayMs').toFixed(1),
    of('maxRssMb').toFixed(0),
  ];
}
