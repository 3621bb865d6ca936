import { describeInBrowser } from '../../support/browser';
import { LONG, sh } from '../../support/commands';
import { openConsole, openServed } from '../../support/console-page';
import { makeEngine } from '../../support/engine';
import { GUARD_MS } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

describeInBrowser('queued executions on the page', () => {
  test('a cancel of one speaks of no grace period, that of a running one does', async () => {
    const console_ = await openConsole({}, ['--concurrency', '1']);
    const { page } = console_;
    await console_.run('trap "" TERM; echo armed; sleep 100 & wait; wait');
    await console_.sees('armed');
    await console_.run('echo queued');
    await console_.status('Queued');
    await page.locator('#facts', { hasText: 'waits for a free place' }).waitFor();
    await page.click('#cancel');
    await page.locator('#action-note', { hasText: 'Cancelled before its start.' }).waitFor();
    await console_.status('Cancelled');
    expect(await page.textContent('#action-note')).not.toContain('SIGKILL');
    await console_.open('trap');
    await console_.status('Running');
    await page.click('#cancel');
    await page.locator('#action-note', { hasText: 'SIGKILL follows after 5.0 s' }).waitFor();
  });

  test('show why they wait: a key, a place, a pause', async () => {
    const engine = makeEngine({
      maxConcurrentExecutions: 2,
      maxQueuedExecutions: 10,
      keyLimits: { 'db-1': 1 },
    });
    const console_ = await openServed(engine);
    const { page } = console_;
    const first = engine.run(sh(LONG, { key: 'db-1', metadata: { source: 'first' } }));
    const second = engine.run(sh(LONG, { key: 'db-1', metadata: { source: 'second' } }));
    const state = (name: string, text: string) =>
      page
        .locator('.item', { hasText: `${name}: ` })
        .locator('.sub', { hasText: text })
        .waitFor();
    await state('second', 'waits for key db-1, 1 running');
    await page
      .locator('.item', { hasText: 'first: ' })
      .locator('.tag', { hasText: 'key db-1' })
      .waitFor();
    const third = engine.run(sh(LONG, { metadata: { source: 'third' } }));
    const fourth = engine.run(sh(LONG, { metadata: { source: 'fourth' } }));
    await state('fourth', 'waits for a free place');
    await engine.pause();
    await state('fourth', 'the engine is paused');
    await page.locator('#tile-paused').waitFor();
    await page.locator('#group-queued', { hasText: '(paused)' }).waitFor();
    await engine.resume();
    await state('fourth', 'waits for a free place');
    await page.locator('#tile-paused').waitFor({ state: 'hidden' });
    await page.fill('#filter', 'key:db-1');
    expect((await console_.items()).map((item) => item.split(':')[0])).toEqual(['first', 'second']);
    await page.fill('#filter', '');
    await page.locator('.item', { hasText: 'second: ' }).click();
    await page.locator('#facts', { hasText: /Key.?db-1/ }).waitFor();
    await Promise.all([first, second, third, fourth].map((run) => run.cancel()));
    await page.locator('.item[data-status=pending]').first().waitFor({ state: 'detached' });
  });
});
