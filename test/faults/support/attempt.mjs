// Runs one row in a process of its own, and makes sure that nothing of it is there afterwards.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, MARK_VARIABLE, markedProcesses } from './processes.mjs';
import { waitFor } from './wait.mjs';

const program = fileURLToPath(new URL('./run-row.mjs', import.meta.url));
/** For a machine on which others work as well; a row takes a few seconds by itself. */
const LIMIT_MS = 300_000;
const COUNTS = ['lost', 'processesLeft', 'descriptorsLeft'];

/** Digits that no other process on this machine has by chance, short enough for an argument of `sleep`. */
const newMark = () => `${process.pid}${randomInt(2 ** 31, 2 ** 40)}`.padEnd(20, '7');

/** What is running, for a caller that has to stop early. */
let current;

/** `{ status, happened?, lost?, processesLeft?, descriptorsLeft?, reason?, detail?, seconds }` */
export async function attempt(row, sizes) {
  const start = performance.now();
  const mark = newMark();
  const dir = mkdtempSync(path.join(os.tmpdir(), 'escher-fault-'));
  // Some rows run as another user.
  chmodSync(dir, 0o711);
  current = { mark, dir };
  try {
    const answer = await answerOf(row, { mark, dir, sizes });
    const left = await waitFor('the rest to end', () => markedProcesses(mark).length === 0, 5_000)
      .then(() => [])
      .catch(() => markedProcesses(mark));
    return { ...judge(answer, left), seconds: (performance.now() - start) / 1000 };
  } finally {
    await endCurrent();
    current = undefined;
  }
}

function answerOf(row, context) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, row.file, row.name, JSON.stringify(context)], {
      env: {
        ...process.env,
        [MARK_VARIABLE]: context.mark,
        TMPDIR: context.dir,
        NODE_OPTIONS: '',
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let answer;
    const limitMs = row.limitMs ?? LIMIT_MS;
    const guard = setTimeout(() => {
      answer = { failure: `not done after ${limitMs / 1000} s` };
      child.kill('SIGKILL');
    }, limitMs);
    child.on('message', (message) => {
      answer ??= message;
    });
    child.once('exit', (code, signal) => {
      clearTimeout(guard);
      resolve(answer ?? { failure: `its process ended by ${signal ?? `exit code ${code}`}` });
    });
  });
}

function judge({ report, failure, stack }, left) {
  if (failure !== undefined) {
    return { status: 'failed', reason: failure, detail: stack, processesLeft: left.length };
  }
  if (report.skip !== undefined) return { status: 'skipped', reason: report.skip };
  const counted = { ...report, processesLeft: Math.max(report.processesLeft, left.length) };
  const unclean = COUNTS.filter((name) => counted[name] !== 0);
  if (unclean.length === 0) return { status: 'passed', ...counted };
  const whatIsLeft = left.length > 0 ? `; left: ${describe(left)}` : '';
  const reason = `${unclean.map((name) => `${name} ${counted[name]}`).join(', ')}${whatIsLeft}`;
  return { status: 'failed', ...counted, reason };
}

async function endMarked(mark) {
  const kill = () => {
    const marked = markedProcesses(mark);
    for (const { pid } of marked) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone meanwhile.
      }
    }
    return marked.length === 0;
  };
  await waitFor('the rest to be ended', kill);
}

/** Ends what is running, and removes its files: after each row, and when the run is stopped. */
export async function endCurrent() {
  if (current === undefined) return;
  const { mark, dir } = current;
  await endMarked(mark);
  rmSync(dir, { recursive: true, force: true });
}
