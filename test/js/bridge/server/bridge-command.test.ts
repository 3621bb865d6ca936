import { randomUUID } from 'node:crypto';
import { type Bridge, request, startBridge, started } from '../../support/bridge';
import { present } from '../../support/expectations';
import {
  bytesWritten,
  groupToDie,
  MARK,
  processesMarked,
  statusField,
} from '../../support/processes';
import { GUARD_MS, waitFor } from '../../support/wait';

const ID = '7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e';

/** Starts a command with endless output, waits until it is held back, and returns its pid. */
async function startFlood(bridge: Bridge, command: string, more: object = {}): Promise<number> {
  const mark = randomUUID();
  bridge.send(request(`exec ${command}`, { ...more, env: { [MARK]: mark } }));
  return await standstill(mark);
}

/** Waits until the process with the mark writes no more, and returns its pid. */
async function standstill(mark: string): Promise<number> {
  const pid = present(await waitFor('the flood', () => processesMarked(mark).at(0)));
  let [before, same] = [-1, 0];
  await waitFor('the flood to stand still', () => {
    const written = bytesWritten(pid);
    same = written === before && written > 0 ? same + 1 : 0;
    before = written;
    return same > 40;
  });
  return pid;
}

describe('the end of the bridge', () => {
  const tree = request("trap '' TERM; sleep 60 & echo child $!; wait");

  test(
    'the end of the input, after which no acknowledgement can arrive, delivers every line',
    async () => {
      const bridge = startBridge('--wait').read();
      const id = `${ID}13`;
      // More than the engine reads in advance of a reader.
      bridge.send(
        { type: 'execute', seq: 1, output: 'none', request: request('seq 1 1000000', { id }) },
        { type: 'read_lines', seq: 2, id },
      );
      bridge.child.stdin?.end();
      expect(await bridge.ended).toEqual({ code: 0, signal: null });
      expect(await bridge.answer(2)).toMatchObject({ payload: null });
      const lines = bridge.messages.flatMap((m) => (m.type === 'lines' ? m.payload.lines : []));
      expect(lines).toHaveLength(1_000_000);
      expect(lines.at(-1)).toBe('1000000');
    },
    4 * GUARD_MS,
  );

  test('the end of the input ends all processes after the grace period', async () => {
    const bridge = startBridge('--grace-ms', '50').read();
    bridge.send(tree);
    const pid = await started(bridge);
    await bridge.event('stdout');
    bridge.child.stdin?.end();
    expect(await bridge.ended).toEqual({ code: 0, signal: null });
    await groupToDie(pid);
    expect(bridge.results()).toMatchObject([{ status: 'cancelled', stdout: /^child/ }]);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('%s ends all processes and writes the last events', async (signal, code) => {
    const bridge = startBridge('--grace-ms', '50').read();
    bridge.send(tree);
    const pid = await started(bridge);
    bridge.child.kill(signal);
    expect(await bridge.ended).toEqual({ code, signal: null });
    await groupToDie(pid);
    expect(bridge.results()).toMatchObject([{ status: 'cancelled' }]);
  });

  test('a second signal ends it at once', async () => {
    const bridge = startBridge('--grace-ms', '600000').read();
    bridge.send(request("trap 'echo terminated' TERM; echo ready; while :; do sleep 0.01; done"));
    const pid = await started(bridge);
    await bridge.event('stdout');
    bridge.child.kill('SIGTERM');
    await waitFor('the first signal to arrive', () =>
      bridge.events().some((event) => event.event_type === 'stdout' && event.line === 'terminated'),
    );
    bridge.child.kill('SIGTERM');
    expect(await bridge.ended).toEqual({ code: 143, signal: null });
    await groupToDie(pid);
  });

  test('the loss of the reader ends all processes', async () => {
    const bridge = startBridge('--grace-ms', '50').read();
    bridge.send(request('while :; do echo y; sleep 0.01; done'));
    const pid = await started(bridge);
    bridge.child.stdout?.destroy();
    expect(await bridge.ended).toEqual({ code: 1, signal: null });
    await groupToDie(pid);
  });

  test('a signal ends it despite a stuck reader', async () => {
    const bridge = startBridge('--grace-ms', '50');
    const flood = await startFlood(bridge, 'yes');
    bridge.child.kill('SIGTERM');
    const code = await new Promise((resolve) => bridge.child.once('exit', resolve));
    expect(code).toBe(143);
    await groupToDie(flood);
  });
});

describe('a reader that does not read', () => {
  test('holds the command back with bounded memory, and cancel works', async () => {
    const bridge = startBridge();
    const id = `${ID}10`;
    const flood = await startFlood(bridge, `yes ${'y'.repeat(500)}`, { id });
    bridge.send({ type: 'cancel', seq: 1, id });
    await groupToDie(flood);
    expect(Number.parseInt(statusField(bridge.pid, 'VmRSS'), 10)).toBeLessThan(400 * 1024);
    bridge.read();
    expect(await bridge.answer(1)).toMatchObject({ payload: true });
    expect((await bridge.event('cancelled')).payload.execution_id).toBe(id);
  });

  test('loses no output', async () => {
    const bridge = startBridge('--wait');
    const count = 700_000;
    const mark = randomUUID();
    const wire = request(`exec seq ${count}`, { env: { [MARK]: mark } });
    bridge.send({ type: 'execute', seq: 1, output: 'batches', result: false, request: wire });
    await standstill(mark);
    let next = 1;
    let wrong = 0;
    bridge.read();
    bridge.child.stdin?.end();
    expect(await bridge.ended).toMatchObject({ code: 0 });
    for (const event of bridge.events()) {
      if (event.event_type !== 'output') continue;
      for (const line of event.lines) if (line !== String(next++)) wrong++;
    }
    expect({ next: next - 1, wrong }).toEqual({ next: count, wrong: 0 });
    expect(bridge.events().at(-1)).toMatchObject({ event_type: 'completed' });
  });
});
