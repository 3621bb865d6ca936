// Writes the files of a run: the numbers as JSON, and the chart. About the machine they contain only what the numbers
// depend on.
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chart } from './chart.mjs';

export function machine() {
  const cpus = os.cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: cpus[0]?.model ?? 'unknown',
    cpus: cpus.length,
    memoryGib: Math.round(os.totalmem() / 2 ** 30),
    kernel: `${os.type()} ${os.release()}`,
    arch: process.arch,
  };
}

export function writeResults(folder, about, rows, tables) {
  mkdirSync(folder, { recursive: true });
  const json = rounded({ ...about, figures: rows, ...tables });
  writeFileSync(path.join(folder, 'latest.json'), `${JSON.stringify(json, null, 1)}\n`);
  writeFileSync(path.join(folder, 'chart.svg'), chart(about, rows));
}

/** Five digits are more than the precision of the measurement. */
const rounded = (value) => {
  if (typeof value === 'number') return Number(value.toPrecision(5));
  if (Array.isArray(value)) return value.map(rounded);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rounded(part)]));
};
