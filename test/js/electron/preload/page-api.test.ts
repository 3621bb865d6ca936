import { exec, LONG, sh } from '../../support/commands';
import { rejection, thrown } from '../../support/expectations';
import { oneWindow } from '../../support/exposed-engine';
import { waitFor } from '../../support/wait';

describe('run with callbacks', () => {
  test('calls back for the start, the lines in batches, and the end, in this order', async () => {
    const { page } = oneWindow();
    const received: [string, unknown][] = [];
    const run = await page.run(sh('echo one; echo two; echo three >&2; exit 3'), {
      onStarted: ({ pid }) => received.push(['started', typeof pid]),
      onOutput: ({ stream, lines }) =>
        received.push(...lines.map((line): [string, string] => [stream, line])),
      onStatusChanged: ({ newStatus }) => received.push(['statusChanged', newStatus]),
      onSettled: ({ result }) => received.push(['settled', result.exitCode]),
    });
    const result = await run.result();
    expect(result).toMatchObject({
      id: run.id,
      status: 'failed',
      exitCode: 3,
      stdout: 'one\ntwo\n',
    });
    await waitFor('the end to be told', () => received.length === 7);
    expect(received.filter(([name]) => name !== 'stderr')).toEqual([
      ['started', 'number'],
      ['statusChanged', 'running'],
      ['stdout', 'one'],
      ['stdout', 'two'],
      ['statusChanged', 'failed'],
      ['settled', 3],
    ]);
    expect(received).toContainEqual(['stderr', 'three']);
  });

  test('reports progress to its callback and to listeners', async () => {
    const { page } = oneWindow({}, { allowProgressPatterns: true });
    const [own, received]: [unknown[], unknown[]] = [[], []];
    const request = sh('echo 50%; sleep 0.1; echo 100%', { progress: { pattern: '(\\d+)%' } });
    await page.run(request, { onProgress: ({ fraction }) => own.push(fraction) });
    await waitFor('the progress of run()', () => own.length === 2);
    page.on('progress', ({ fraction }) => received.push(fraction));
    await page.execute(request);
    await waitFor('the progress of execute()', () => received.length === 2);
    expect([own, received]).toEqual([
      [0.5, 1],
      [0.5, 1],
    ]);
  });

  test('every line arrives once, in order, numbered, in few messages', async () => {
    const { page, window } = oneWindow();
    const lines: string[] = [];
    let [wrong, next, messages] = [0, 0, 0];
    window.renderer.on('execution-engine:events', () => messages++);
    const ended = new Promise<void>((resolve) => {
      void page.run(exec('seq', ['1', '100000']), {
        onOutput: (event) => {
          if (event.firstSeq !== next) wrong++;
          next = event.firstSeq + event.lines.length;
          lines.push(...event.lines);
        },
        onSettled: () => resolve(),
      });
    });
    await ended;
    expect(wrong).toBe(0);
    expect(lines.length).toBe(100_000);
    expect(lines.every((line, index) => line === String(index + 1))).toBe(true);
    expect(messages).toBeLessThan(1000);
  });

  test('an unfinished line is marked as partial', async () => {
    const { page } = oneWindow({ partialLineFlushMs: 1 });
    const pieces: [string, boolean][] = [];
    const run = await page.run(
      { ...sh('printf "name? "; read -r name; echo "hello $name"'), stdin: 'pipe' },
      { onOutput: ({ lines, partial }) => pieces.push([lines.join('|'), partial]) },
    );
    await waitFor('the prompt', () => pieces.length === 1);
    await run.sendInput('Ada\n');
    await run.closeInput();
    expect((await run.result()).stdout).toBe('name? hello Ada\n');
    await waitFor('the answer', () => pieces.length === 2);
    expect(pieces).toEqual([
      ['name? ', true],
      ['hello Ada', false],
    ]);
  });

  test('pieces of a line are not treated as lines', async () => {
    const { page } = oneWindow({ maxLineBytes: 4 });
    const pieces: [string[], boolean][] = [];
    let settled = false;
    await page.run(sh('echo abcdefghij; echo k; echo l'), {
      onOutput: ({ lines, partial }) => pieces.push([lines, partial]),
      onSettled: () => {
        settled = true;
      },
    });
    await waitFor('the end', () => settled);
    expect(pieces.slice(0, 2)).toEqual([
      [['abcd'], true],
      [['efgh'], true],
    ]);
    expect(pieces.slice(2).every(([, partial]) => !partial)).toBe(true);
    expect(pieces.slice(2).flatMap(([lines]) => lines)).toEqual(['ij', 'k', 'l']);
  });

  test('cancel, kill and unwatch work', async () => {
    const { page } = oneWindow();
    const cancelled = await page.run(sh(LONG));
    expect(await cancelled.cancel()).toBe(true);
    expect((await cancelled.result()).status).toBe('cancelled');
    expect(await cancelled.cancel()).toBe(false);

    const killed = await page.run(sh(LONG));
    await waitFor('the process', async () => (await killed.kill('SIGKILL')) === true);
    expect(await killed.result()).toMatchObject({ status: 'failed', signal: 'SIGKILL' });
  });

  test('no callback runs after unwatch()', async () => {
    const { page, engine } = oneWindow();
    let received = 0;
    const piped = sh('read -r _; echo a; echo b >&2; echo c', { stdin: 'pipe' });
    const run = await page.run(piped, {
      onOutput: () => {
        received++;
        run.unwatch();
      },
      onSettled: () => received++,
    });
    await run.closeInput();
    await engine.onIdle();
    await new Promise((resolve) => void page.run(sh('echo next'), { onSettled: resolve }));
    expect(received).toBe(1);
  });

  test('a queued request has its id at once', async () => {
    const { page } = oneWindow({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const first = await page.run(sh(LONG));
    const second = await page.run(sh('echo late'));
    expect(await page.getStatus(second.id)).toBe('pending');
    expect(await page.queuedCount()).toBe(1);
    expect(await rejection(page.run(sh('true')))).toMatchObject({
      code: 'ERR_CONCURRENCY_LIMIT',
      isRetryable: true,
    });
    await first.cancel();
    expect((await second.result()).stdout).toBe('late\n');
  });

  test('a callback that throws does not affect others', async () => {
    const complaints = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    try {
      const { page } = oneWindow();
      let settled = false;
      const run = await page.run(sh('echo one'), {
        onStarted: () => {
          throw new Error('thrown');
        },
        onOutput: () => Promise.reject(new Error('rejected')),
        onSettled: () => {
          settled = true;
        },
      });
      expect((await run.result()).stdout).toBe('one\n');
      await waitFor('the end', () => settled);
      const received = complaints.mock.calls.map(([, error]) => (error as Error).message);
      expect(received).toEqual(['thrown', 'rejected']);
    } finally {
      complaints.mockRestore();
    }
  });

  test('unknown callbacks are refused by name', async () => {
    const { page } = oneWindow();
    expect(await rejection(page.run(sh('true'), { onLine: () => 0 } as never))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining("Unknown callback 'onLine'. Allowed: onStarted, onOutput"),
    });
    expect(await rejection(page.run(sh('true'), { onOutput: 1 } as never))).toMatchObject({
      message: "The callback 'onOutput' must be a function",
    });
  });
});

describe('execute with listeners', () => {
  test("listeners get the page's executions and lines from the first one on", async () => {
    const { page } = oneWindow();
    const lines: string[] = [];
    const id = await page.execute(sh('seq 1 5; echo oops >&2'));
    // A listener of an event emitter would miss the first lines here.
    expect((await page.waitForCompletion(id)).status).toBe('completed');

    const other = await page.execute(sh('read -r _; seq 1 3; echo oops >&2', { stdin: 'pipe' }));
    const off = page.on('stdout', ({ executionId, line, seq }) => {
      lines.push(`${executionId === other && seq < 5 ? '' : '?'}${line}`);
    });
    page.on('stderr', ({ line }) => lines.push(line));
    const settled = new Promise((resolve) => page.on('settled', resolve));
    await page.closeInput(other);
    expect(await settled).toMatchObject({ executionId: other, result: { status: 'completed' } });
    expect(lines.sort()).toEqual(['1', '2', '3', 'oops']);

    off();
    const ended = new Promise((resolve) => page.on('settled', resolve));
    await page.execute(sh('echo unheard; echo heard >&2'));
    await ended;
    expect(lines.slice(4)).toEqual(['heard']);
  });

  test('a late listener for lines gets the first lines too', async () => {
    const { page } = oneWindow();
    const id = await page.execute(sh('echo early; read -r _', { stdin: 'pipe' }));
    await waitFor('the output', async () => (await page.stats()).totalLines === 1);
    const first = new Promise((resolve) => page.on('output', resolve));
    expect(await first).toMatchObject({ executionId: id, lines: ['early'], firstSeq: 0 });
  });

  test('no lines are sent without a listener', async () => {
    const { page, window } = oneWindow();
    let events: unknown[][] = [];
    window.renderer.on('execution-engine:events', (_event, batch) => {
      events = events.concat(batch.events);
    });
    const settled = new Promise((resolve) => page.on('settled', resolve));
    await page.execute(exec('seq', ['1', '1000']));
    await settled;
    expect(events.map(([, name]) => name)).toEqual([
      'started',
      'statusChanged',
      'statusChanged',
      'completed',
      'settled',
    ]);
  });

  test('unknown events are refused by name', () => {
    const { page } = oneWindow();
    expect(thrown(() => page.on('exit' as never, () => 0))).toMatchObject({
      message: expect.stringContaining("Unknown event 'exit'. Allowed: started, output"),
    });
    expect(thrown(() => page.on('output', 1 as never))).toMatchObject({
      message: 'The callback must be a function',
    });
  });
});
