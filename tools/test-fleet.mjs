// The proofs of the fleet, against a real Redis and a real PostgreSQL: node tools/test-fleet.mjs [--store redis|postgres]
// [--only part of a name]... [--row name] [--jobs number]
//
// Each proof has a server, workers and a folder of its own, and runs alone. The table goes to build/test-results/fleet.md
// and fleet.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { PostgresServer } from '../test/fleet/support/postgres-server.mjs';
import { Stage } from '../test/fleet/support/stage.mjs';
import { pause, until } from '../test/fleet/support/wait.mjs';
import { inRoot, testResults } from './lib/paths.mjs';

const LIMIT_MS = 300_000;
// Most of a proof is waiting: for a lock to expire, for a worker that was lost.
const AT_A_TIME = 3;

const { values: options } = parseArgs({
  options: {
    store: { type: 'string', multiple: true, default: ['redis'] },
    only: { type: 'string', multiple: true, default: [] },
    row: { type: 'string', multiple: true, default: [] },
    jobs: { type: 'string' },
  },
});
/** PostgreSQL takes a few times as long for the same number, and shows the same with fewer. */
const sizeFor = (store) => Number(options.jobs ?? (store === 'postgres' ? 100 : 300));

if (process.platform !== 'linux') {
  console.log('fleet: skipped, the proofs read /proc and run on Linux only');
  process.exit(0);
}
if (spawnSync('redis-server', ['--version']).error) {
  console.error('fleet: there is no redis-server: tools/setup --fleet installs it');
  process.exit(1);
}

const stages = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());
const waiting = await wanted();
const rows = [];
await Promise.all(Array.from({ length: AT_A_TIME }, runNext));
rows.sort((a, b) => a.index - b.index);
save();
const count = (status) => rows.filter((row) => row.status === status).length;
console.log(`fleet: ${count('passed')} passed, ${count('failed')} failed`);
process.exit(count('failed') > 0 || rows.length === 0 ? 1 : 0);

/** Leaves no server and no folder. */
async function stop() {
  waiting.length = 0;
  await Promise.allSettled([...stages].map((stage) => stage.clear()));
  process.exit(1);
}

async function runNext() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { index, store, proof, name } = next;
    const row = { index, name, ...(await attempt(store, proof)) };
    rows.push(row);
    const { status, seconds, happened } = row;
    const label = status === 'failed' ? 'FAILED' : status;
    console.log(`${label.padEnd(8)}${seconds.toFixed(1).padStart(6)} s  ${name}: ${happened}`);
  }
}

async function wanted() {
  const folder = inRoot('test/fleet/proofs');
  const files = readdirSync(folder).sort();
  const modules = await Promise.all(files.map((file) => import(path.join(folder, file))));
  const all = modules.flatMap(({ proofs }) => proofs);
  return options.store
    .filter((store) => store === 'redis' || PostgresServer.isInstalled())
    .flatMap((store) =>
      all
        .filter(({ stores = 'redis' }) => stores === 'both' || stores === store)
        .map((proof) => ({ store, proof, name: `${store}: ${proof.name}` })),
    )
    .filter(({ name }) => matches(name))
    .map((row, index) => ({ index, ...row }));
}

function matches(name) {
  const { only, row } = options;
  if (only.length + row.length === 0) return true;
  return row.includes(name) || only.some((part) => name.includes(part));
}

async function attempt(store, proof) {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const size = sizeFor(store);
  let stage;
  try {
    stage = await Stage.set(store, proof);
    stages.add(stage);
    const figures = await within(LIMIT_MS + size * 60, proof.run(tools(stage, size)));
    return { status: 'passed', seconds: seconds(), figures, happened: textOf(figures) };
  } catch (error) {
    const errors = stage?.errors.slice(-5).join('\n') ?? '';
    return { status: 'failed', seconds: seconds(), happened: `${error.stack}\n${errors}` };
  } finally {
    await stage?.clear();
    stages.delete(stage);
  }
}

/** What a proof has. */
function tools(stage, size) {
  return {
    queue: stage.queue,
    commands: stage.commands,
    folder: stage.folder,
    store: stage.store,
    worker: (settings) => stage.worker(settings),
    starting: (settings) => stage.starting(settings),
    proxy: () => stage.proxy(),
    until,
    pause,
    size,
  };
}

async function within(ms, work) {
  const late = new AbortController();
  const limit = pause(ms, undefined, { signal: late.signal }).then(() => {
    throw new Error(`it took longer than ${ms} ms`);
  });
  limit.catch(() => {});
  try {
    return await Promise.race([work, limit]);
  } finally {
    late.abort();
  }
}

function textOf(figures) {
  return Object.entries(figures)
    .map(([name, value]) => `${wordsOf(name)} ${value.toLocaleString('en')}`)
    .join(', ');
}

/** `storeBytesPerJob` becomes `store bytes per job`. */
function wordsOf(name) {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function save() {
  mkdirSync(testResults, { recursive: true });
  writeFileSync(path.join(testResults, 'fleet.json'), JSON.stringify({ rows }, null, 2));
  const lines = rows.map(({ name, status, happened }) => {
    const [store, proof] = name.split(': ');
    return `| ${proof} | ${store} | ${status === 'passed' ? happened : status} |`;
  });
  const table = ['| what was done | store | what was counted |', '|---|---|---|', ...lines].join(
    '\n',
  );
  writeFileSync(path.join(testResults, 'fleet.md'), `${table}\n`);
}
