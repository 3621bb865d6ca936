import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { connectBridge, serveBridge } from 'escher-execution-engine/bridge';
import { collect, connectedPair } from '../../support/bridge';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError } from '../../support/expectations';
import { waitFor } from '../../support/wait';

/** Clients of one engine, each with a connection of its own. */
async function clientsOf(engine: ReturnType<typeof makeEngine>, count: number) {
  return await Promise.all(
    Array.from({ length: count }, async () => {
      const [up, down] = [new PassThrough(), new PassThrough()];
      void serveBridge(engine, { readable: up, writable: down }, { atEnd: 'leave' });
      return await connectBridge({ readable: down, writable: up });
    }),
  );
}

describe('attach over a bridge', () => {
  test('reads a running execution of the program that serves, from its first line on', async () => {
    const { client, engine } = await connectedPair();
    const own = engine.run(sh('echo one; read -r line; echo "$line"', { stdin: 'pipe', key: 'k' }));
    await new Promise((resolve) => own.once('stdout', resolve));
    const handle = client.attach(own.id);
    const ends: unknown[] = [];
    handle.on('settled', (event) => ends.push(event));
    const lines = collect(handle.lines());
    await client.sendInput(own.id, 'two\n');
    expect(await lines).toEqual(['one', 'two']);
    expect(await handle).toMatchObject({ stdout: 'one\ntwo\n', key: 'k' });
    expect(handle.pid).toBe(own.pid);
    expect(ends).toMatchObject([{ executionId: own.id, key: 'k' }]);
    expect(handle.stdin).toBeUndefined();
  });

  test('reads an execution of another connection, and ends it', async () => {
    const [one, two] = await clientsOf(makeEngine(), 2);
    const run = one?.run(sh(`echo up; ${LONG}`));
    await new Promise((resolve) => run?.once('stdout', resolve));
    const handle = two?.attach(run?.id as string);
    for await (const line of handle?.lines() ?? []) {
      expect(line).toBe('up');
      break;
    }
    expect(await handle?.cancel()).toBe(true);
    expect(await handle).toMatchObject({ status: 'cancelled' });
    expect(await run).toMatchObject({ status: 'cancelled' });
    await Promise.all([one?.shutdown(), two?.shutdown()]);
  });

  test('replays an execution that has ended', async () => {
    const { client, engine } = await connectedPair();
    const own = await engine.run(sh('echo a; echo b >&2; exit 4'));
    const events: string[] = [];
    client.on('settled', () => events.push('settled'));
    const handle = client.attach(own.id);
    expect((await collect(handle.lines())).sort()).toEqual(['a', 'b']);
    expect(await handle).toMatchObject({ exitCode: 4, stdout: 'a\n', stderr: 'b\n' });
    expect(await handle.cancel()).toBe(false);
    expect(events).toEqual([]);
  });

  test('returns one handle for an execution of this client', async () => {
    const { client } = await connectedPair();
    const run = client.run(sh(LONG));
    expect(client.attach(run.id)).toBe(run);
    await run.cancel();
    const id = await client.execute(exec('cat', [], { stdin: 'pipe' }));
    const handle = client.attach(id);
    expect(client.attach(id)).toBe(handle);
    await client.sendInput(id, 'typed');
    await client.closeInput(id);
    expect((await handle).stdout).toBe('typed');
  });

  test('rejects the result for an id that the engine does not know', async () => {
    const { client } = await connectedPair();
    const unhandled: unknown[] = [];
    process.on('unhandledRejection', (reason) => unhandled.push(reason));
    const id = randomUUID();
    client.attach(id);
    const handle = client.attach(id.toUpperCase());
    expect(await executionError(handle)).toMatchObject({ code: 'ERR_EXECUTION_NOT_FOUND' });
    expect(await executionError(collect(client.attach(id)))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
    expect(() => client.attach(3 as never)).toThrow(TypeError);
    expect(unhandled).toEqual([]);
    process.removeAllListeners('unhandledRejection');
  });
});

describe('the event removed over a bridge', () => {
  test('reports executions of this connection, and those that it has attached to', async () => {
    const engine = makeEngine({ enableAutoCleanup: false });
    const [one, two] = await clientsOf(engine, 2);
    const heard: Record<string, string[]> = { one: [], two: [] };
    one?.on('removed', ({ executionId, reason, key }) =>
      heard.one?.push(`${executionId} ${reason} ${key}`),
    );
    two?.on('removed', ({ executionId, reason }) => heard.two?.push(`${executionId} ${reason}`));
    const [a, b] = [one?.run(sh('true', { key: 'k' })), one?.run(sh('true'))];
    const [idA, idB] = [(await a)?.id, (await b)?.id];
    await two?.attach(idB as string);
    await one?.removeExecution(idA as string);
    await one?.removeExecution(idB as string);
    await waitFor('the removals', () => heard.one?.length === 2 && heard.two?.length === 1);
    expect(heard).toEqual({
      one: [`${idA} request k`, `${idB} request null`],
      two: [`${idB} request`],
    });
    await Promise.all([one?.shutdown(), two?.shutdown()]);
    // The sessions have ended: nothing in the engine listens.
    await waitFor('the ends of the sessions', () => engine.listenerCount('removed') === 0);
  });
});
