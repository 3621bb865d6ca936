import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { ExecutionEngine, ExecutionError } from 'escher-execution-engine';
import { connectBridge, serveBridge } from 'escher-execution-engine/bridge';
import { collect, connectedPair } from '../../support/bridge';
import { LONG, sh } from '../../support/commands';
import { executionError, present } from '../../support/expectations';
import { processExists, processGroupMembers } from '../../support/processes';
import { tempDir } from '../../support/temp';
import { blockUntil, waitFor } from '../../support/wait';

describe('a connection that is lost', () => {
  test('rejects all pending calls with the reason', async () => {
    const { client, cut, served } = await connectedPair();
    const run = client.run(sh(LONG));
    const lines = collect(client.run(sh(LONG)));
    const id = await client.execute(sh(LONG));
    const pending = [run, lines, client.waitForCompletion(id), client.onIdle()];
    const settled = Promise.allSettled(pending);
    await waitFor('the start', () => run.pid);
    const reason = new Error('cable');
    cut(reason);
    for (const one of await settled) {
      expect(one).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'ERR_ENGINE_CLOSED',
          cause: reason,
          message: 'Execution engine is out of reach: cable',
        },
      });
      expect((one as PromiseRejectedResult).reason).toBeInstanceOf(ExecutionError);
    }
    expect(await client.closed).toBe(reason);
    expect(await executionError(client.stats())).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
    expect(await executionError(client.run(sh('true')))).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
    });
    expect(await run.cancel()).toBe(false);
    await client.shutdown();
    await served;
    expect(processGroupMembers(present(run.pid))).toEqual([]);
  });

  test('shutdown settles pending calls before the connection closes', async () => {
    const { client, served } = await connectedPair();
    const run = client.run(sh(`echo x; ${LONG}`));
    const other = client.run(sh(LONG));
    for await (const { line } of run) if (line === 'x') break;
    const shutdown = client.shutdown({ graceMs: 10 });
    expect(client.shutdown()).toBe(shutdown);
    expect(await executionError(client.execute(sh('true')))).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
    });
    await shutdown;
    expect(await run).toMatchObject({ status: 'cancelled', stdout: 'x\n' });
    expect(await other).toMatchObject({ status: 'cancelled' });
    expect(await served).toBe('shutdown');
    expect(await client.closed).toBeUndefined();
    expect(await executionError(client.stats())).toMatchObject({
      code: 'ERR_ENGINE_CLOSED',
      message: 'Execution engine is shut down',
    });
  });

  test('a request that reaches the server after the end of the engine resolves with false', async () => {
    const engine = new ExecutionEngine();
    const [there, back] = [new PassThrough(), new PassThrough()];
    const served = serveBridge(engine, { readable: there, writable: back });
    // Everything arrives but what follows the shutdown.
    const outgoing = new Writable({
      write(lines, _, done) {
        there.write(String(lines).replace(/.*"type":"cancel".*\n/, ''));
        done();
      },
    });
    const client = await connectBridge({ readable: back, writable: outgoing });
    const run = client.run(sh(LONG));
    await waitFor('the start', () => run.pid);
    const shutdown = client.shutdown({ graceMs: 10 });
    const cancelled = run.cancel();
    await shutdown;
    expect(await cancelled).toBe(false);
    expect(await run).toMatchObject({ status: 'cancelled' });
    await served;
  });

  test('shutdown delivers whole results that end in the same turn as the engine', async () => {
    const { client, engine } = await connectedPair();
    const runs = Array.from({ length: 5 }, () => client.run(sh(`echo x; ${LONG}`)));
    for (const run of runs) for await (const { line } of run) if (line === 'x') break;
    const shutdown = engine.shutdown.bind(engine);
    engine.shutdown = (options) => {
      const ended = shutdown(options);
      blockUntil('all are gone', () => !runs.some(({ pid }) => processExists(present(pid))));
      // The engine may have ended too; this test cannot detect that.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      return ended;
    };
    await client.shutdown({ graceMs: 10 });
    const whole = { status: 'cancelled', stdout: 'x\n' };
    expect(await Promise.all(runs)).toMatchObject(runs.map(() => whole));
  });

  test('shutdown delivers every line to a slow iterator', async () => {
    const { client } = await connectedPair();
    const written = join(tempDir(), 'written');
    // More than is sent without acknowledgements.
    const run = client.run(sh(`seq 1 100000; : > ${written}; ${LONG}`));
    const taken: number[] = [];
    for await (const { line } of run) {
      taken.push(Number(line));
      if (taken.length > 1) continue;
      await waitFor('all is written', () => existsSync(written));
      await client.shutdown({ graceMs: 10 });
    }
    expect(taken).toEqual(Array.from({ length: 100_000 }, (_, at) => at + 1));
  });
});
