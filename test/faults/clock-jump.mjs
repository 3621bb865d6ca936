// The wall clock jumps while executions run: nothing that is measured or waited for may notice.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { accounted, processesLeft } from './support/account.mjs';
import { startHost } from './support/host.mjs';
import { exec, sh } from './support/requests.mjs';
import { sleep } from './support/wait.mjs';

const HOUR_S = 3_600;
const TIMEOUT_MS = 1_200;
const source = fileURLToPath(new URL('./children/clock.c', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

export const hosts = {
  /** Reports the results of executions that run while the clock is changed. */
  async timed({ mark }, { tell, hear }) {
    const report = await accounted(
      { mark },
      { executionRetentionSecs: 600 },
      async ({ engine, ledger }) => {
        const kept = await ledger.result(exec('/bin/true'));
        const started = performance.now();
        const runs = {
          timeout: ledger.result(exec('sleep', ['60'], { timeoutMs: TIMEOUT_MS })),
          idle: ledger.result(exec('sleep', ['60'], { idleTimeoutMs: TIMEOUT_MS })),
          patient: ledger.result(
            sh('sleep 1.5; echo done', { timeoutMs: 30_000, idleTimeoutMs: 30_000 }),
          ),
        };
        await sleep(200);
        tell('before', Date.now());
        await hear('moved');
        tell('after', Date.now());
        const [timeout, idle, patient] = await Promise.all(Object.values(runs));
        await engine.cleanup();
        return {
          ends: [timeout, idle].map(({ status, durationMs }) => ({ status, durationMs })),
          patient: [patient.status, patient.stdout, patient.durationMs],
          tookMs: performance.now() - started,
          kept: (await engine.listExecutions()).some(({ id }) => id === kept.id),
        };
      },
    );
    tell('report', report);
  },
};

/** The library that moves the clock, or `undefined` where there is no compiler. */
function compiled(dir) {
  const library = path.join(dir, 'clock.so');
  const words = ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'];
  return ['cc', 'gcc', 'clang'].some((cc) => spawnSync(cc, words).status === 0)
    ? library
    : undefined;
}

function clockOf(dir) {
  const file = path.join(dir, 'jump');
  const descriptor = openSync(file, 'w');
  const bytes = Buffer.alloc(8);
  const move = (by) => {
    bytes.writeBigInt64LE(BigInt(by));
    writeSync(descriptor, bytes, 0, 8, 0);
  };
  move(0);
  return { file, move };
}

async function jump(context, library, by) {
  const clock = clockOf(context.dir);
  const host = startHost(
    import.meta.url,
    'timed',
    { mark: context.mark },
    {
      env: { LD_PRELOAD: library, ESCHER_FAULT_CLOCK: clock.file },
    },
  );
  const before = await host.told('before');
  clock.move(by);
  host.say('moved');
  const moved = ((await host.told('after')) - before) / 1_000;
  assert.ok(Math.abs(moved - by) < HOUR_S / 2, `the clock of the host moved by ${moved} s only`);
  const { happened, ...counts } = await host.told('report');
  await host.endedWell();
  const { ends, patient, tookMs, kept } = happened;
  for (const { status, durationMs } of ends) {
    assert.equal(status, 'timeout', 'status of what sleeps longer than its timeout');
    assert.ok(durationMs >= TIMEOUT_MS, `a timeout of ${TIMEOUT_MS} ms after ${durationMs} ms`);
    assert.ok(durationMs <= tookMs, `${durationMs} ms passed within ${tookMs} ms`);
  }
  assert.deepEqual(patient.slice(0, 2), ['completed', 'done\n'], 'a timeout that was far away');
  assert.ok(patient[2] >= 1_000 && patient[2] <= tookMs, `1.5 s of sleep lasted ${patient[2]} ms`);
  assert.ok(kept, 'a record was dropped before its time');
  return counts;
}

async function jumps(context) {
  const library = compiled(context.dir);
  if (library === undefined)
    return { skip: 'needs a C compiler, for the library that moves the clock' };
  const there = await jump(context, library, HOUR_S);
  const back = await jump(context, library, -HOUR_S);
  return {
    happened:
      'after each jump: both timeouts on time by the steady clock, a longer one not reached, durations right, no record dropped',
    lost: there.lost + back.lost,
    processesLeft: await processesLeft(context),
    descriptorsLeft: there.descriptorsLeft + back.descriptorsLeft,
  };
}

/** Calls that ask or wait for the wall clock, and may not stand where a time span is measured. */
const WALL_CLOCK =
  /\bsystem_timer\b|CLOCK_REALTIME|\bgettimeofday\b|\bstd::time\s*\(|deadline_timer/;
const SPAN = /expires_after|expires_at|timeout|deadline|grace/i;
const SYSTEM_CLOCK = /system_clock::now/;
/** macOS says when a process was started by the wall clock only, so what is compared with that is read from it too. */
const COMPARED_WITH_STARTS = 'src/process/darwin/process_table.cpp';

function sources(folder) {
  return readdirSync(path.join(root, folder))
    .map((name) => `${folder}/${name}`)
    .flatMap((name) => (statSync(path.join(root, name)).isDirectory() ? sources(name) : [name]))
    .filter((name) => /\.[ch]pp$/.test(name));
}

/** Not a run, but what a run cannot show: that no path that was not taken asks the wrong clock. */
function onlySteady() {
  const found = [];
  const files = [...sources('src'), ...sources('binding')].filter(
    (file) => file !== COMPARED_WITH_STARTS,
  );
  for (const file of files) {
    readFileSync(path.join(root, file), 'utf8')
      .split('\n')
      .forEach((line, index) => {
        const wrong = WALL_CLOCK.test(line) || (SYSTEM_CLOCK.test(line) && SPAN.test(line));
        if (wrong) found.push(`${file}:${index + 1}: ${line.trim()}`);
      });
  }
  assert.ok(files.length > 20, 'the sources are not where they were');
  assert.deepEqual(found, [], 'the wall clock, where a time span is measured');
  return {
    happened: `${files.length} files searched, nothing found`,
    lost: 0,
    processesLeft: 0,
    descriptorsLeft: 0,
  };
}

export const rows = [
  {
    name: 'clock-jump',
    fault: 'wall clock jumps by an hour, there and back',
    how: 'a preloaded library moves `CLOCK_REALTIME` of the host while executions run',
    run: jumps,
  },
  {
    name: 'clock-sources',
    fault: 'wall clock in the sources',
    how: 'no run: a search of the sources for waits and time spans by the wall clock',
    run: onlySteady,
  },
];
