import { describeInBrowser } from '../../support/browser';
import { openConsole } from '../../support/console-page';
import { GUARD_MS, waitFor } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

/** Records the gaps between frames. */
const WATCH_FRAMES = `(() => {
  window.gaps = [];
  let last = performance.now();
  const tick = (now) => { window.gaps.push(now - last); last = now; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
})()`;

describeInBrowser('the page of the console under load', () => {
  test('a million lines leave it responsive, and the last ones are shown without a gap', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('echo ready');
    await console_.sees('ready');
    await page.evaluate(WATCH_FRAMES);
    await console_.run('seq 1000000');
    await console_.status('Completed');
    await console_.sees('1000000');
    expect(await page.locator('#facts').textContent()).toContain('Lines1,000,000');
    const gaps = await console_.evaluate<number[]>('window.gaps');
    // It was painted during the output. How often depends on the machine.
    expect(gaps.length).toBeGreaterThan(3);
    // At the top: a note about the dropped lines.
    await page.keyboard.press('Escape');
    await page.keyboard.press('o');
    await page.keyboard.press('Home');
    await console_.sees('before this: ');
    const [note = '', first = ''] = await console_.screen();
    const numbers = note.replaceAll(',', '').match(/\d+/g)?.map(Number) ?? [];
    expect(note).toMatch(/before this: [\d,]+ lines kept for the download, [\d,]+ lines dropped/);
    const [kept = 0, dropped = 0] = numbers;
    expect(Number(first)).toBe(kept + dropped + 1);
    expect(kept + dropped).toBeGreaterThan(980_000);
    expect(dropped).toBeLessThan(850_000);
    expect(await page.getAttribute('#follow', 'aria-pressed')).toBe('false');
  });

  test('its memory is bounded', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    const session = await page.context().newCDPSession(page);
    const heap = async () => {
      await session.send('HeapProfiler.collectGarbage');
      // The lines of the terminal are in array buffers outside the heap.
      const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
      return usedSize + backingStorageSize;
    };
    await console_.run('seq 200000');
    await console_.status('Completed');
    const before = await heap();
    // Without a pause, in which the page would reload the kept lines.
    await console_.run('yes of course');
    await waitFor('eight seconds by the page', async () =>
      /Time([89]|1\d)/.test((await page.locator('#facts').textContent()) ?? ''),
    );
    expect((await heap()) - before).toBeLessThan(30_000_000);
    await page.click('#kill');
    await console_.status('Failed');
  });

  test('a view that was scrolled up does not move with new output', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('seq 200; for i in $(seq 2000); do echo "more $i"; sleep 0.01; done');
    await console_.sees('more 1');
    await page.keyboard.press('Escape');
    await page.keyboard.press('o');
    await page.keyboard.press('Home');
    await waitFor('the first line', async () => (await console_.screen())[0] === '1');
    const before = await console_.screen();
    const lines = page.locator('#facts', { hasText: /Lines[3-9]\d\d|Lines\d,/ });
    await lines.waitFor();
    expect(await console_.screen()).toEqual(before);
    await page.keyboard.press('.');
    await waitFor('the end', async () => (await console_.screen())[0] !== '1');
    await page.locator('#follow[aria-pressed=true]').waitFor();
  });

  test('100 executions at a time are listed, selected and filtered', async () => {
    const console_ = await openConsole();
    const { page, server } = console_;
    const ids: string[] = [];
    // Mostly asleep: a session of its own gives each of them as much of the processor as the browser has.
    for (let i = 0; i < 100; i++) {
      ids.push(await server.start(`while sleep 3; do echo "worker ${i} at work"; done`));
    }
    await page.locator('#tile-running', { hasText: '100' }).waitFor();
    await waitFor('the rows', async () => (await page.locator('.item').count()) === 100);
    expect(await page.title()).toBe('(100) Execution console');
    await page.evaluate(WATCH_FRAMES);
    await page.locator(`.item[data-id="${ids[42]}"]`).click();
    await console_.sees('worker 42 at work');
    await page.fill('#filter', '"worker 7');
    await waitFor('the filtered', async () => (await page.locator('.item').count()) === 19);
    expect(await console_.evaluate<number>('window.gaps.length')).toBeGreaterThan(3);
    await server.post(`/api/executions/${ids[42]}/kill`, { signal: 'SIGKILL' });
    await console_.status('Failed');
  });

  test('many ends at once are announced as counts', async () => {
    const console_ = await openConsole();
    const { page, server } = console_;
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => server.start(`sleep 0.5; exit ${i % 2}`)),
    );
    await page
      .locator('#announcer', { hasText: /executions ended: \d+ (completed|failed)/ })
      .waitFor();
  });
});
