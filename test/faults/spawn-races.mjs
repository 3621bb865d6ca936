// Launches of the engine and of node:child_process at the same time: neither inherits what belongs to the other.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmodSync, closeSync, copyFileSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { accounted } from './support/account.mjs';
import { exec, sh } from './support/requests.mjs';
import { withGuard } from './support/wait.mjs';

const config = { maxConcurrentExecutions: 64, maxQueuedExecutions: Infinity };

/** The numbers of its open descriptors, by a shell that opens none for it. */
const listDescriptors =
  'i=0; while [ $i -lt 300 ]; do [ -e /proc/$$/fd/$i ] && printf "%s " $i; i=$((i+1)); done; cat';

/** Keeps launching children of the other kind until stopped. */
function disturb() {
  let [going, launched] = [true, 0];
  const lane = async () => {
    while (going) {
      await new Promise((resolve) => execFile('/bin/true', resolve));
      launched++;
    }
  };
  const lanes = Promise.all([lane(), lane(), lane(), lane()]);
  return async () => {
    going = false;
    await lanes;
    return launched;
  };
}

const viaNode = (text) =>
  new Promise((resolve, reject) => {
    const child = spawn('/bin/cat');
    let got = '';
    child.stdout.on('data', (data) => {
      got += data;
    });
    child.once('error', reject);
    child.once('close', () => resolve(got));
    child.stdin.end(text);
  });

/** If another process inherited the write end of such a pipe, its reader would wait forever. */
const pipes = (context) =>
  accounted(context, config, async ({ ledger }) => {
    const count = context.sizes.races;
    const jobs = Array.from({ length: count }, async (_, index) => {
      const [ours, theirs] = await Promise.all([
        ledger.result(sh(listDescriptors, { input: `ours ${index}` })),
        viaNode(`theirs ${index}`),
      ]);
      assert.equal(ours.stdout, `0 1 2 ours ${index}`, 'descriptors, and input up to its end');
      assert.equal(ours.outputIncomplete, false, 'outputIncomplete');
      assert.equal(theirs, `theirs ${index}`, 'output of the other kind');
    });
    await withGuard('the end of every input', Promise.all(jobs));
    return `${count} of each kind: every input had its end, every child held exactly 0, 1 and 2`;
  });

/** A program that is still open for writing in some child that is just being launched cannot be executed (ETXTBSY). */
const freshPrograms = (context) =>
  accounted(context, config, async ({ ledger }) => {
    const count = context.sizes.races;
    const stop = disturb();
    const program = readFileSync('/bin/true');
    const jobs = Array.from({ length: count }, async (_, index) => {
      const file = path.join(context.dir, `program-${index}`);
      const descriptor = openSync(file, 'w', 0o755);
      writeSync(descriptor, index % 2 === 0 ? program : '#!/bin/sh\nexit 0\n');
      closeSync(descriptor);
      // Others launch between these two lines.
      await new Promise((resolve) => setImmediate(resolve));
      const { exitCode } = await ledger.result(exec(file));
      assert.equal(exitCode, 0, 'exit code of a program that was just written');
    });
    await Promise.all(jobs);
    const others = await stop();
    return `${count} programs and scripts executed as soon as they were written, beside ${others} launches by \`node:child_process\``;
  });

/** The same with certainty: the file is open for writing when it is first executed, and closed a moment later. */
const busyProgram = (context) =>
  accounted(context, config, async ({ ledger }) => {
    const file = path.join(context.dir, 'busy');
    copyFileSync('/bin/true', file);
    chmodSync(file, 0o755);
    const open = openSync(file, 'r+');
    const { execution, ended } = ledger.start(exec(file));
    const meanwhile = await ledger.result(exec('/bin/true'));
    assert.equal(execution.pid, undefined, 'a program that is open for writing was executed');
    closeSync(open);
    const { result, error } = await ended;
    if (error) throw error;
    assert.deepEqual([result.exitCode, meanwhile.exitCode], [0, 0], 'exit codes');
    const held = openSync(file, 'r+');
    const refused = await ledger.run(exec(file));
    closeSync(held);
    assert.equal(refused.error?.code, 'ERR_SPAWN_FAILED', 'code of one that stays open');
    assert.deepEqual([refused.error.errno, refused.error.syscall], [-26, 'execve']);
    return 'executed once it was closed; one that stayed open: ERR_SPAWN_FAILED, `execve`, ETXTBSY';
  });

const row = (name, fault, how, run) => ({ name, fault, how, run });

export const rows = [
  row(
    'races-pipes',
    'launches from two sides at once',
    '200 children with input by the engine and by `child_process.spawn`, all at once',
    pipes,
  ),
  row(
    'races-fresh-programs',
    'program executed as soon as it is written',
    '200 of them, while `node:child_process` launches others',
    freshPrograms,
  ),
  row(
    'races-busy-program',
    'program that is open for writing',
    'closed a moment later, or not at all',
    busyProgram,
  ),
];
