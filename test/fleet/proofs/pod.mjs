// The worker that docs/fleet.md shows for Kubernetes, as a program of its own: its health, its commands, its end.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { inRoot } from '../../../tools/lib/paths.mjs';
import { freePort } from '../support/free-port.mjs';

async function pod({ queue, store, folder, until }) {
  const health = await freePort();
  const child = spawn(process.execPath, [inRoot('examples/fleet/pod.mjs')], {
    env: {
      ...process.env,
      // It has a stand-in for terraform.
      PATH: `${inRoot('examples/manager')}${path.delimiter}${process.env.PATH}`,
      REDIS_HOST: store.connection.host,
      REDIS_PORT: String(store.connection.port),
      WORK_DIR: folder,
      HEALTH_PORT: String(health),
      POD_NAME: 'pod-1',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit');
  const status = async (page) =>
    (await fetch(`http://127.0.0.1:${health}/${page}`).catch(() => undefined))?.status;
  try {
    await until('it is ready', async () => (await status('ready')) === 200);
    assert.equal(await status('alive'), 200);
    const terraform = { type: 'exec', program: 'terraform', args: ['output'] };
    const good = await queue.add({ command: terraform });
    const bad = await queue.add({ command: { type: 'exec', program: 'true' } });
    const outcome = await queue.wait(good);
    assert.deepEqual(
      [outcome.status, outcome.stdoutTail],
      ['completed', 'address = "192.0.2.1"\n'],
    );
    assert.equal((await queue.wait(bad)).error?.code, 'ERR_REFUSED');
    assert.equal((await queue.status(good)).worker, 'pod-1');
  } finally {
    child.kill('SIGTERM');
  }
  assert.deepEqual(await ended, [0, null]);
  return { refused: 1, left: 0 };
}

export const proofs = [{ name: 'the worker of a pod', run: pod, stores: 'redis' }];
