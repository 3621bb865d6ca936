/**
 * The long form of what the suite shows in short: `node build/tests/test/js/stress/run.js [rounds]`.
 * Ends with exit code 1 and says what went wrong, if anything did.
 */

import { spawnSync } from 'node:child_process';
import { hostScript, root } from '../support/repository';

const rounds = process.argv[2] ?? '100';

interface Part {
  title: string;
  host: string;
  args: string[];
  /** The fields of the host's report that must be as they are here. */
  expected: Record<string, unknown>;
}

const clean = { wrong: [], zombies: 0, descriptors: 0, threads: 0 };
const parts: Part[] = [
  ...['1', '4'].map((ioThreads) => ({
    title: `1000 programs, 32 at a time, ${ioThreads} io threads, ${rounds} rounds`,
    host: 'load.cjs',
    args: [rounds, ioThreads],
    expected: { ...clean, ended: 1000 * Number(rounds) },
  })),
  {
    title: `output held open by a grandchild, ${rounds} rounds of 4 sizes`,
    host: 'held-pipes.cjs',
    args: [rounds],
    expected: { wrong: [], ended: 40 * Number(rounds) },
  },
  {
    title: '500 workers terminated in mid-stream',
    host: 'workers.cjs',
    args: ['terminate', '500'],
    expected: { streamed: 500, fine: 'fine\n', threads: 0, descriptors: 0 },
  },
];

function failures({ host, args, expected }: Part): string[] {
  const { status, signal, stdout } = spawnSync(process.execPath, [hostScript(host), ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  if (status !== 0) return [`ended with ${signal ?? status}`];
  const report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
  return Object.entries(expected)
    .filter(([field, value]) => JSON.stringify(report[field]) !== JSON.stringify(value))
    .map(
      ([field, value]) =>
        `${field}: ${JSON.stringify(report[field])} instead of ${JSON.stringify(value)}`,
    );
}

for (const part of parts) {
  const start = performance.now();
  const wrong = failures(part);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${wrong.length === 0 ? 'ok    ' : 'FAILED'}  ${part.title} (${seconds} s)`);
  for (const line of wrong) console.log(`        ${line}`);
  if (wrong.length > 0) process.exitCode = 1;
}
