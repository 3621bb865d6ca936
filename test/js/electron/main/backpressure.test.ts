import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ExposeOptions, exposeEngine } from 'escher-execution-engine/electron';
import { exec } from '../../support/commands';
import { FakeWindow, fakeIpcMain } from '../../support/electron';
import { makeEngine } from '../../support/engine';
import { present } from '../../support/expectations';
import { bytesWritten } from '../../support/processes';
import { standstill } from '../../support/standstill';
import { waitFor } from '../../support/wait';

const KiB = 1024;

const MiB = 1024 * KiB;

const IN_FLIGHT = 128 * KiB;

/** What the engine reads in advance, the pipe, and the current read. */
const SLACK = 4 * MiB;

/** More than all buffers hold: lines of 100 bytes, 10 MB. */
const LINES = 100_000;

const BYTES = 100 * LINES;

const numbered = "exec seq -f '%099.0f'";

const flood = () => exec('sh', ['-c', `${numbered} 1 ${LINES}`]);

function windows(count: number, options: Partial<ExposeOptions> = {}) {
  // On a slow machine too, a line is not delivered in pieces.
  const engine = makeEngine({ partialLineFlushMs: Number.POSITIVE_INFINITY });
  const ipcMain = fakeIpcMain();
  const limits = { maxBytesInFlight: IN_FLIGHT, frameMs: 0 };
  exposeEngine(engine, { ipcMain, authorize: () => true, ...limits, ...options });
  return { engine, all: Array.from({ length: count }, () => new FakeWindow(ipcMain)) };
}

/** Callbacks of a page that takes lines only while it is open. */
function tap() {
  let open: () => void = () => undefined;
  let gate: Promise<void> | undefined;
  const state = { lines: 0, wrong: 0, skipped: 0, pid: 0, settled: false };
  let next = 0;
  return {
    state,
    shut() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    open() {
      gate = undefined;
      open();
    },
    callbacks: {
      onStarted: ({ pid }: { pid: number }) => {
        state.pid = pid;
      },
      onOutput: ({ lines, firstSeq }: { lines: string[]; firstSeq: number }) => {
        if (firstSeq !== next) state.wrong++;
        for (const [index, line] of lines.entries()) {
          if (line.length !== 99 || Number(line) !== firstSeq + index + 1) state.wrong++;
        }
        next = firstSeq + lines.length;
        state.lines += lines.length;
        return gate;
      },
      onSkipped: ({ lines }: { lines: number }) => {
        state.skipped += lines;
        next += lines;
      },
      onSettled: () => {
        state.settled = true;
      },
    },
  };
}

/** A page that takes nothing, so that its command is held back. */
async function stuckWindow() {
  const { all, engine } = windows(1);
  const [window] = all as [FakeWindow];
  const { state, callbacks, shut } = tap();
  shut();
  const run = await window.page.run(flood(), callbacks);
  await waitFor('the process', () => state.pid);
  await waitFor('the command to wait', standstill(state.pid));
  return { window, engine, run };
}

describe('a page that takes nothing', () => {
  test('has a bounded number of bytes in flight and holds its command back', async () => {
    const { all, engine } = windows(1);
    const [window] = all as [FakeWindow];
    const { state, callbacks, shut, open } = tap();
    shut();
    const run = await window.page.run(flood(), callbacks);
    await waitFor('the process', () => state.pid);
    await waitFor('the command to wait', standstill(state.pid));
    expect(bytesWritten(state.pid)).toBeLessThan(SLACK);
    expect(window.bytesInFlight()).toBeLessThan(IN_FLIGHT + 4 * KiB);
    expect(window.bytesInFlight()).toBeGreaterThan(IN_FLIGHT / 4);
    expect(await engine.getStatus(run.id)).toBe('running');
    expect(state.lines).toBeLessThan(IN_FLIGHT);

    open();
    await waitFor('the end', () => state.settled);
    expect(state).toMatchObject({ lines: LINES, wrong: 0, skipped: 0 });
  });

  test('does not slow other windows', async () => {
    const { all } = windows(2, { maxHoldMs: 10 });
    const [stuck, other] = all as [FakeWindow, FakeWindow];
    const [slow, quick] = [tap(), tap()];
    slow.shut();
    const held = await stuck.page.run(flood(), slow.callbacks);
    await waitFor('the process', () => slow.state.pid);
    await waitFor('the command to wait', standstill(slow.state.pid));
    await other.page.run(flood(), quick.callbacks);
    await waitFor('the other to end', () => quick.state.settled);
    expect(quick.state).toMatchObject({ lines: LINES, wrong: 0, skipped: 0 });
    expect(slow.state.settled).toBe(false);
    // The only page of an execution can hold it back without a limit.
    expect(bytesWritten(slow.state.pid)).toBeLessThan(SLACK);
    expect(await held.cancel()).toBe(true);
  });

  test('gets terminal events of other executions and can cancel', async () => {
    const { window, run } = await stuckWindow();
    const received = new Promise(
      (resolve) => void window.page.run(exec('true'), { onSettled: resolve }),
    );
    expect(await received).toMatchObject({ result: { status: 'completed' } });
    expect(await run.cancel()).toBe(true);
    expect((await run.result()).status).toBe('cancelled');
  });

  test('releases its command when it stops watching', async () => {
    const { run } = await stuckWindow();
    run.unwatch();
    expect(await run.result()).toMatchObject({ status: 'completed', stdoutBytes: BYTES });
  });

  test('releases its command when it is reloaded', async () => {
    const { window, engine, run } = await stuckWindow();
    window.reload();
    expect(await engine.waitForCompletion(run.id)).toMatchObject({ stdoutBytes: BYTES });
  });
});

describe('a page that cannot be sent to', () => {
  test.each([
    ['throws', 'has room', MiB],
    ['throws', 'is full', 1],
    ['destroyed', 'has room', MiB],
    ['destroyed', 'is full', 1],
  ])(
    '%s, while it %s: the main process goes on and does not wait for the page',
    async (way, _, most) => {
      const script = join(__dirname, '..', '..', 'support', 'electron-gone-page.js');
      // A blocked process answers nothing, so only a signal ends it.
      const guard = { timeout: 20_000, killSignal: 'SIGKILL' } as const;
      const args = [script, way, String(most)];
      const { stdout } = await promisify(execFile)(process.execPath, args, guard);
      expect(JSON.parse(stdout)).toEqual({
        status: 'completed',
        stdoutBytes: 6_888_896,
        listeners: 0,
        refused: 'ERR_ACCESS_DENIED',
        running: 'running',
        last: 'cancelled',
        attempts: way === 'throws' ? 1 : 0,
      });
    },
  );
});

describe('two windows with the same execution', () => {
  test('the slow one gets the number of skipped lines, the fast one every line', async () => {
    const { all } = windows(2, { access: 'all', maxHoldMs: 20 });
    const [slowWindow, quickWindow] = all as [FakeWindow, FakeWindow];
    const [slow, quick] = [tap(), tap()];
    slow.shut();
    const run = await slowWindow.page.run(
      exec('sh', ['-c', `read -r _; ${numbered} 1 ${LINES}`], { stdin: 'pipe' }),
      slow.callbacks,
    );
    await quickWindow.page.watch(run.id, quick.callbacks);
    await run.sendInput('go\n');
    await waitFor('the quick one to end', () => quick.state.settled);
    expect(quick.state).toMatchObject({ lines: LINES, wrong: 0, skipped: 0 });
    expect(slowWindow.bytesInFlight()).toBeLessThan(IN_FLIGHT + 8 * KiB);

    slow.open();
    await waitFor('the slow one to end', () => slow.state.settled);
    expect(slow.state.skipped).toBeGreaterThan(0);
    expect(slow.state.wrong).toBe(0);
    expect(slow.state.lines + slow.state.skipped).toBe(LINES);
  });

  test('the slow one gets new lines once it takes lines again', async () => {
    const { all } = windows(2, { access: 'all', maxHoldMs: 20 });
    const [slowWindow, quickWindow] = all as [FakeWindow, FakeWindow];
    const [slow, quick] = [tap(), tap()];
    slow.shut();
    const part = `seq -f '%099.0f'`;
    const script = `read -r _; ${part} 1 50000; read -r _; ${part} 50001 50100`;
    const run = await slowWindow.page.run(
      exec('sh', ['-c', script], { stdin: 'pipe' }),
      slow.callbacks,
    );
    await quickWindow.page.watch(run.id, quick.callbacks);
    await run.sendInput('go\n');
    await waitFor('the first part', () => quick.state.lines === 50_000);
    slow.open();
    await waitFor('everything to be taken', () => slowWindow.bytesInFlight() === 0);
    await run.sendInput('go\n');
    await waitFor('both to end', () => slow.state.settled && quick.state.settled);
    expect(slow.state.lines + slow.state.skipped).toBe(50_100);
    expect(slow.state.skipped).toBeGreaterThan(0);
    expect(slow.state.wrong).toBe(0);
  });

  test.each([600_000, Number.POSITIVE_INFINITY])(
    'the fast one waits up to %d ms, and no line is skipped',
    async (maxHoldMs) => {
      const timers = jest.spyOn(globalThis, 'setTimeout');
      const { all } = windows(2, { access: 'all', maxHoldMs });
      const [slowWindow, quickWindow] = all as [FakeWindow, FakeWindow];
      const [slow, quick] = [tap(), tap()];
      slow.shut();
      const run = await slowWindow.page.run(flood(), slow.callbacks);
      await quickWindow.page.watch(run.id, quick.callbacks);
      await waitFor('the process', () => slow.state.pid);
      await waitFor('the command to wait', standstill(slow.state.pid));
      slow.open();
      await waitFor('both to end', () => slow.state.settled && quick.state.settled);
      for (const { state } of [slow, quick]) {
        expect(state).toMatchObject({ lines: LINES, wrong: 0, skipped: 0 });
      }
      // Node turns a longer delay into 1 ms.
      const longest = Math.max(...timers.mock.calls.map(([, ms = 0]) => ms));
      timers.mockRestore();
      expect(longest).toBeGreaterThanOrEqual(600_000);
      expect(longest).toBeLessThan(2 ** 31);
    },
  );
});

test('a page with a subscription does not hold the command back', async () => {
  const { all, engine } = windows(1, { access: 'all' });
  const [window] = all as [FakeWindow];
  const { page } = window;
  const { state, callbacks, shut, open } = tap();
  shut();
  page.on('output', callbacks.onOutput);
  page.on('skipped', callbacks.onSkipped);
  page.on('settled', callbacks.onSettled);
  await page.subscribeAll();
  const run = engine.run(flood());
  expect(await run).toMatchObject({ status: 'completed' });
  expect(window.bytesInFlight()).toBeLessThan(IN_FLIGHT + 8 * KiB);
  open();
  await waitFor('the end', () => state.settled);
  expect(state.wrong).toBe(0);
  expect(state.skipped).toBeGreaterThan(0);
  expect(state.lines + state.skipped).toBe(LINES);
});

test('lines longer than maxBytesInFlight arrive whole', async () => {
  const { all } = windows(1, { maxBytesInFlight: 100 });
  const [window] = all as [FakeWindow];
  const lengths: number[] = [];
  let settled = false;
  await window.page.run(exec('sh', ['-c', 'head -c 50000 /dev/zero | tr "\\0" x; echo; echo y']), {
    onOutput: ({ lines }) => lengths.push(...lines.map((line) => line.length)),
    onSettled: () => {
      settled = true;
    },
  });
  await waitFor('the end', () => settled);
  expect(lengths).toEqual([50_000, 1]);
  expect(present(lengths[0])).toBeGreaterThan(100);
});
