// A grandchild holds the pipe open when the command ends: the end does not wait for it, and no byte is lost.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { accounted } from './support/account.mjs';
import { markedProcesses } from './support/processes.mjs';
import { leaf, sh } from './support/requests.mjs';
import { leavesOf } from './support/trees.mjs';

const KiB = 1024;
const sizes = [64 * KiB - 1, 64 * KiB, 64 * KiB + 1, KiB * KiB];
const WIDTH = 20;

const sha256 = (data) => createHash('sha256').update(data).digest('hex');

async function one({ engine, ledger }, { file, hash, size, holder }) {
  const { id, outputIncomplete, status } = await ledger.result(sh(`${holder} & cat '${file}'`));
  const { stdout } = await engine.getResult(id, { encoding: 'buffer' });
  assert.equal(status, 'completed', 'status');
  assert.equal(stdout.length, size, 'bytes that the command wrote last');
  assert.equal(sha256(stdout), hash, `sha256 of ${size} bytes`);
  assert.equal(outputIncomplete, true, 'the result does not report the held pipe');
}

const held = (context) =>
  accounted(
    context,
    { drainGraceMs: 30, maxConcurrentExecutions: WIDTH, maxQueuedExecutions: Infinity },
    async (account) => {
      const { dir, sizes: chosen } = context;
      for (const size of sizes) {
        const data = randomBytes(size);
        const file = path.join(dir, `${size}`);
        writeFileSync(file, data);
        // Long enough to hold the pipe for sure, and gone soon: thousands need not pile up.
        const job = { file, size, hash: sha256(data), holder: 'sleep 3' };
        await Promise.all(Array.from({ length: chosen.heldPipes }, () => one(account, job)));
      }
      return `${chosen.heldPipes} times each of ${sizes.join(', ')} bytes: every sha256 was right, no end waited for the grandchild`;
    },
  );

/** What a command leaves behind when it ends by itself lives as long as the engine, and no longer. */
const leftBehind = (context) =>
  accounted(context, { drainGraceMs: 30 }, async ({ ledger }) => {
    const { mark } = context;
    const before = markedProcesses(mark).length;
    const quiet = '>/dev/null 2>&1 </dev/null';
    const results = await Promise.all([
      ledger.result(sh(`${leaf(mark)} ${quiet} & echo hi`)),
      ledger.result(sh(`${leaf(mark)} & echo hi`)),
      ledger.result(sh(`setsid ${leaf(mark)} ${quiet} & echo hi`)),
      ledger.result(sh(`(setsid ${leaf(mark)} ${quiet} &) ; echo hi`)),
    ]);
    for (const result of results) {
      assert.deepEqual([result.stdout, result.success], ['hi\n', true]);
    }
    const alive = leavesOf(mark).length;
    assert.equal(
      alive,
      4,
      'background processes of commands that ended by themselves are left alone',
    );
    assert.ok(markedProcesses(mark).length >= before + 4);
    return '4 lived on after their commands, and none after the shutdown';
  });

export const rows = [
  {
    name: 'held-pipe',
    fault: 'pipe held open by a grandchild',
    how: '`sleep & cat file`, with payloads around the size of the pipe, 20 at a time',
    run: held,
  },
  {
    name: 'left-behind',
    fault: 'background process left behind',
    how: '`sleep 300 &`, with and without `setsid`, in commands that end by themselves; then a shutdown',
    run: leftBehind,
  },
];
