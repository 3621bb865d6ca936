// What the JavaScript of one execution costs, without processes: a stand-in for the addon answers every request in the
// next turn of the event loop, so that nothing else is measured. The counts are the same on a busy machine.
//
//   node bench/node/script-cost.mjs           CPU us for each execution: the first 2000 of a process, the next 10 000
//   node bench/node/script-cost.mjs --count   instructions for each execution, counted by valgrind without a JIT compiler
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { launchMany, TRUE } from './launchers.mjs';

const WAYS = ['run', 'execute'];
/** Few enough for valgrind; their difference leaves out the start of the process. */
const COUNTS = [500, 1500];

const ADDON = new URL('../../build/Release/escher_execution_engine.node', import.meta.url);

const [way, ...amounts] = process.argv.slice(2);
if (way === '--count') {
  for (const name of WAYS) console.log(`${name}: ${instructions(name)} instructions`);
} else if (way === undefined) {
  for (const name of WAYS)
    console.log(`${name}: ${output([fileURLToPath(import.meta.url), name, 2000, 10_000])}`);
} else {
  await execute(way, amounts.map(Number));
}

function output(args) {
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim();
}

function instructions(name) {
  const [few, many] = COUNTS.map((count) => counted(name, count));
  return Math.round((many - few) / (COUNTS[1] - COUNTS[0]));
}

/** The instructions of the main thread. */
function counted(name, count) {
  const folder = mkdtempSync(path.join(tmpdir(), 'script-cost-'));
  const file = path.join(folder, 'count');
  const valgrind = ['--tool=callgrind', '--separate-threads=yes', `--callgrind-out-file=${file}`];
  // One thread and no compiled code, so that the count does not depend on time.
  const node = [process.execPath, '--jitless', '--single-threaded-gc'];
  try {
    const args = [...valgrind, ...node, fileURLToPath(import.meta.url), name, count];
    execFileSync('valgrind', args, { stdio: 'ignore' });
    return Number(/^summary: (\d+)/m.exec(readFileSync(`${file}-01`, 'latin1'))[1]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function execute(name, counts) {
  const engine = engineWithoutProcesses();
  const ways = {
    run: () => engine.run(TRUE),
    execute: async () => engine.waitForCompletion(await engine.execute(TRUE)),
  };
  const costs = [];
  for (const count of counts) {
    const before = process.cpuUsage();
    await launchMany(ways[name], count, 32);
    const { user, system } = process.cpuUsage(before);
    costs.push(`${((user + system) / count).toFixed(1)} us (${count})`);
  }
  await engine.shutdown();
  console.log(costs.join(', '));
}

/** An engine whose addon is replaced by {@link standIn}. */
function engineWithoutProcesses() {
  const addon = { exports: {} };
  process.dlopen(addon, fileURLToPath(ADDON));
  process.dlopen = (module) => {
    module.exports = { ...addon.exports, Engine: standIn(addon.exports.Engine) };
  };
  const { ExecutionEngine } = createRequire(import.meta.url)('escher-execution-engine');
  return new ExecutionEngine();
}

/** A class with the part of the addon's interface that these executions use; see `types/native.d.ts`. */
function standIn(Engine) {
  const outcome = [...Engine.emptyResult()];
  // The status `completed`, success, exit code 0.
  outcome.splice(0, 3, 2, true, 0);
  const ends = new Uint32Array(1);
  const none = () => undefined;
  const answered = (token) => [4, token, null];
  const ended = (token) => [1, token, 0, 1, '/bin/true', null, 3, token, 0, ...outcome];

  return class {
    static defaultConfig = () => Engine.defaultConfig();
    static emptyResult = () => Engine.emptyResult();
    watch = none;
    ref = none;
    unref = none;
    close = none;
    abort = none;
    #deliver;
    #records = [];

    constructor(_config, deliver) {
      this.#deliver = deliver;
    }

    /** An admission that is awaited comes in a turn of its own. */
    execute(token, isAwaited) {
      this.#later(answered(token));
      if (isAwaited) setImmediate(() => this.#later(ended(token)));
      else this.#later(ended(token));
      return true;
    }

    shutdown(ticket) {
      this.#later([0, ticket, null, undefined]);
    }

    #later(records) {
      if (this.#records.length === 0) {
        setImmediate(() => this.#deliver(ends, ...this.#records.splice(0)));
      }
      this.#records.push(...records);
    }
  };
}
