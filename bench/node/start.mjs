// The cost of loading the package and of creating a first engine.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { excess, less, value } from './figure.mjs';

async function timed(work) {
  const start = performance.now();
  await work();
  return { ms: performance.now() - start };
}

const importing = (name) => () => timed(() => import(name));

/** Ready: its threads run, and it has answered a first call. */
const engineReady = () =>
  timed(async () => {
    const { ExecutionEngine } = await import('escher-execution-engine');
    await new ExecutionEngine().cleanup();
  });

const requirePackage = () => {
  const require = createRequire(import.meta.url);
  return timed(() => require('escher-execution-engine'));
};

function requireEmpty(_size, { folder }) {
  const place = path.join(folder, `empty-${process.pid}`);
  const home = path.join(place, 'node_modules/empty');
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, 'package.json'), '{"name":"empty","main":"./index.js"}');
  writeFileSync(path.join(home, 'index.js'), '');
  const require = createRequire(path.join(place, 'index.js'));
  return timed(() => require('empty'));
}

// A process gives one sample, so each round takes the median of several processes.
const repeated = { full: { processes: 7 }, smoke: { processes: 1 } };

export const workloads = {
  start: {
    ...repeated,
    contenders: {
      engine: engineReady,
      execa: importing('execa'),
      tinyexec: importing('tinyexec'),
    },
  },
  require: {
    ...repeated,
    contenders: { engine: requirePackage, 'empty package': requireEmpty },
  },
};

const start = { workload: 'start', field: 'ms', per: 'ms' };

export const figures = [
  value({ ...start, id: 'start', title: 'import, and first engine ready', unit: 'ms', atMost: 15 }),
  less({
    ...start,
    id: 'start-execa',
    title: 'import, and first engine ready',
    base: 'execa',
  }),
  less({
    ...start,
    id: 'start-tinyexec',
    title: 'import, and first engine ready',
    base: 'tinyexec',
  }),
  excess({
    id: 'require',
    workload: 'require',
    title: 'require, minus that of an empty package',
    field: 'ms',
    per: 'ms',
    unit: 'ms more',
    base: 'empty package',
    atMost: 3,
  }),
];
