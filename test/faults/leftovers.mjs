// Files of a host that was killed: the next engine removes them, and nothing that only looks like them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ExecutionEngine } from 'escher-execution-engine';
import { processesLeft } from './support/account.mjs';
import { startHost } from './support/host.mjs';
import { exec, sh } from './support/requests.mjs';
import { sleep, waitFor } from './support/wait.mjs';

const config = { maxOutputSizeBytes: 100, oversizedOutputStrategy: 'streamToFile' };

export const hosts = {
  /** Has an overflow file, and one that is being written. */
  async spiller(_, { tell, hear }) {
    const engine = new ExecutionEngine(config);
    const { stdoutOverflowFile } = await engine.run(exec('seq', ['1', '1000']));
    const execution = engine.run(sh('seq 1 1000; sleep 60'));
    await new Promise((resolve) => execution.once('stdout', resolve));
    tell('file', stdoutOverflowFile);
    await hear('end');
    await engine.shutdown({ graceMs: 0 });
  },
};

/** A number that no process has. */
const deadPid = () => spawnSync('/bin/true').pid;

async function swept(context) {
  const { dir } = context;
  const dead = startHost(import.meta.url, 'spiller');
  const left = path.dirname(await dead.told('file'));
  process.kill(dead.pid, 'SIGKILL');
  await dead.ended();
  assert.ok(existsSync(left), 'nothing was left: this row shows nothing');
  const living = startHost(import.meta.url, 'spiller');
  const used = path.dirname(await living.told('file'));

  const precious = path.join(dir, 'precious');
  mkdirSync(precious);
  writeFileSync(path.join(precious, 'file'), 'here\n');
  symlinkSync(precious, path.join(dir, `escher-execution-engine-${deadPid()}-AbCdEf`));
  const lookalike = path.join(dir, 'escher-execution-engine-notes');
  mkdirSync(lookalike);

  const engine = new ExecutionEngine(config);
  await engine.run(exec('seq', ['1', '1000']));
  const kept = () =>
    [used, lookalike, path.join(precious, 'file')].every((file) => existsSync(file));
  await waitFor('the directory of the dead host to go', () => !existsSync(left), 5_000);
  await sleep(200);
  assert.ok(kept(), 'a file of a live owner was removed');
  await engine.shutdown();
  living.say('end');
  await living.endedWell();
  const rest = readdirSync(dir).filter(
    (name) => /^escher-execution-engine-\d+-/.test(name) && !name.endsWith('AbCdEf'),
  );
  assert.deepEqual(rest, [], 'overflow directories of engines that were shut down');
  return {
    happened:
      'its directory was gone; that of a living host, a link and a directory of a like name stayed',
    lost: 0,
    processesLeft: await processesLeft(context),
    descriptorsLeft: 0,
  };
}

export const rows = [
  {
    name: 'leftover-files',
    fault: 'overflow files of a host that was killed',
    how: 'SIGKILL of a host with overflow files, beside a living one and lookalikes; then a new engine',
    run: swept,
  },
];
