import { describeInBrowser } from '../../support/browser';
import { LONG, sh } from '../../support/commands';
import { openConsole, openServed } from '../../support/console-page';
import { makeEngine } from '../../support/engine';
import { GUARD_MS, waitFor } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

const ELEMENTS = "document.querySelectorAll('*').length";

/** Counts changes of a part of the page, and tasks of more than 50 ms. */
const countChangesOf = (part: string): string => `(() => { window.changes = 0; window.longTasks = 0;
  new MutationObserver((records) => { window.changes += records.length; })
    .observe(document.querySelector('${part}'), { subtree: true, childList: true, characterData: true });
  new PerformanceObserver((list) => { window.longTasks += list.getEntries().length; }).observe({ type: 'longtask' });
})()`;

describeInBrowser('the size of the page is bounded', () => {
  test('200 000 lines change it much less often than they are many', async () => {
    const console_ = await openConsole();
    await console_.run('echo ready');
    await console_.sees('ready');
    const before = await console_.evaluate<number>(ELEMENTS);
    await console_.evaluate(countChangesOf('body'));
    await console_.run('seq 200000');
    await console_.status('Completed');
    await console_.sees('200000');
    expect(await console_.page.locator('.xterm-rows > div').count()).toBeLessThan(100);
    expect((await console_.evaluate<number>(ELEMENTS)) - before).toBeLessThan(200);
    // 2000 lines are one message: some hundred changes of the visible rows for each.
    expect(await console_.evaluate<number>('window.changes')).toBeLessThan(20_000);
    expect(await console_.evaluate<number>('window.longTasks')).toBeLessThan(100);
  });

  test('500 finished and 1000 queued executions: only some of each group are in it', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 8, maxQueuedExecutions: 2000 });
    const finished = Array.from({ length: 500 }, (_, at) => engine.run(sh(`exit ${at % 3}`)));
    await Promise.all(finished);
    const running = Array.from({ length: 8 }, () => engine.run(sh(LONG)));
    const queued = Array.from({ length: 1000 }, (_, at) => engine.run(sh(`echo queued ${at};`)));
    const console_ = await openServed(engine);
    const { page } = console_;
    const items = (group: string) => page.locator(`[aria-labelledby=group-${group}] .item`).count();
    const total = (group: string) => page.locator(`#group-${group} > span`).last().textContent();
    await waitFor('the items', async () => (await items('finished')) > 0);
    expect(await Promise.all(['running', 'queued', 'finished'].map(total))).toEqual([
      '8',
      '1,000',
      '500',
    ]);
    expect(await Promise.all(['running', 'queued', 'finished'].map(items))).toEqual([8, 200, 200]);
    expect(await console_.evaluate<number>(ELEMENTS)).toBeLessThan(7000);

    // What is not shown is found by the filter.
    await page.fill('#filter', '"queued 999;"');
    expect(await console_.items()).toEqual(['echo queued 999;']);
    await page.fill('#filter', '');

    // The last entry of a group shows more of it, also by keyboard.
    const more = page.locator('[aria-labelledby=group-queued] .more');
    expect(await more.textContent()).toBe('800 more: show 200');
    await more.click();
    expect(await items('queued')).toBe(400);
    await page.locator('[aria-labelledby=group-finished] .item').last().focus();
    await page.keyboard.press('ArrowDown');
    expect(await console_.focused()).toBe('more');
    await page.keyboard.press('Enter');
    expect(await items('finished')).toBe(400);
    // The focus is on the first of those that were added.
    expect(
      await console_.evaluate(
        "[...document.querySelectorAll('[aria-labelledby=group-finished] .item')].indexOf(document.activeElement)",
      ),
    ).toBe(200);

    // A change of one execution changes one item.
    await engine.pause();
    await page.locator('#tile-paused').waitFor();
    await console_.evaluate(countChangesOf('[aria-labelledby=group-finished]'));
    await running[0]?.cancel();
    await page.locator('.item[data-status=cancelled]').waitFor();
    expect(await console_.evaluate<number>('window.changes')).toBeLessThan(50);
    await Promise.all([...running, ...queued].map((run) => run.cancel()));
  });

  test('the selected execution stays in the list when newer ones push it down', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 4, maxQueuedExecutions: 500 });
    const console_ = await openServed(engine);
    const { page } = console_;
    await engine.run(sh('echo the oldest'));
    await console_.open('echo the oldest');
    await page.locator('.item').focus();
    await Promise.all(Array.from({ length: 250 }, (_, at) => engine.run(sh(`echo ${at}`))));
    await page.locator('#group-finished', { hasText: '251' }).waitFor();
    const selected = page.locator('.item[aria-selected=true]');
    expect(await selected.locator('.command').textContent()).toBe('echo the oldest');
    expect(await console_.evaluate('document.activeElement.textContent')).toContain('the oldest');
  });
});
