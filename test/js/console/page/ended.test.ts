import { describeInBrowser } from '../../support/browser';
import { LONG, sh } from '../../support/commands';
import type { ConsoleClient } from '../../support/console';
import { type ConsolePage, openConsole, openServed } from '../../support/console-page';
import { makeEngine } from '../../support/engine';
import { GUARD_MS, waitFor } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

const BUTTONS = ['run', 'cancel', 'interrupt', 'kill', 'rerun', 'remove', 'download', 'clear'];

/** The browser loads it again when it wants to. */
const isIcon = (url: string): boolean => url.endsWith('/icon.svg');

/** What a user sees, and what the page asks the server for. */
async function expectStill({ page }: ConsolePage<ConsoleClient>): Promise<void> {
  const requests: string[] = [];
  page.on('request', (request) => {
    if (!isIcon(request.url())) requests.push(request.url());
  });
  await page.evaluate(`(() => { window.changes = 0;
    new MutationObserver((records) => { window.changes += records.length; })
      .observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    window.frames = 0;
    const end = performance.now() + 3000;
    const tick = () => { window.frames++; if (performance.now() < end) requestAnimationFrame(tick); else window.over = true; };
    tick(); })()`);
  // Times are rendered each second, and lost connections are tried again within a second.
  await waitFor('three seconds by the page', () => page.evaluate('window.over === true'));
  expect(await page.evaluate('window.changes')).toBe(0);
  expect(requests).toEqual([]);
  expect(await page.evaluate('document.getAnimations().length')).toBe(0);
}

async function expectNothingCanBeStarted({ page }: ConsolePage<ConsoleClient>): Promise<void> {
  for (const id of BUTTONS) {
    expect([id, await page.getAttribute(`#${id}`, 'aria-disabled')]).toEqual([id, 'true']);
  }
  await page.fill('#command', 'echo lost');
  await page.press('#command', 'Enter');
  await page.locator('#start-error', { hasText: 'Nothing was started' }).waitFor();
  expect(await page.inputValue('#command')).toBe('echo lost');
}

describeInBrowser('the page after the end', () => {
  test('of a console: nothing ticks, and nothing can be started', async () => {
    const engine = makeEngine();
    const running = engine.run(
      sh('printf "\\033]9;4;3\\007"; echo begun; sleep 100', { progress: true }),
    );
    const console_ = await openServed(engine);
    const { page } = console_;
    await console_.open('echo begun');
    await console_.sees('begun');
    await page.locator('#progress').waitFor();
    await console_.server.close();
    await page.locator('#connection[data-state=closed]').waitFor();
    await expectStill(console_);
    await expectNothingCanBeStarted(console_);
    expect(await page.title()).toBe('Ended: Execution console');
    expect(await page.textContent('#tile-running')).toBe('–');
    // What was loaded can be read and searched.
    await page.fill('#search', 'begun');
    await page.locator('#search-count', { hasText: '1 of 1' }).waitFor();
    await running.cancel();
  });

  test('of an engine whose console is open: the page says so, also a later one', async () => {
    const engine = makeEngine();
    const console_ = await openServed(engine);
    engine.run(sh(LONG)).catch(() => undefined);
    await waitFor('the row', async () => (await console_.items()).length === 1);
    await engine.shutdown({ graceMs: 0 });
    await console_.page.locator('#connection[data-state=closed]').waitFor();
    await console_.page.locator('.item[data-status=cancelled]').waitFor();
    const later = console_.server.stream('/api/state');
    await later.over();
    expect(later.messages.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['hello', 'bye']),
    );
  });

  test('of a killed console: it looks for the console, and nothing else moves', async () => {
    const console_ = await openConsole();
    const { page, server } = console_;
    await console_.run('echo begun; sleep 100');
    await console_.sees('begun');
    await console_.status('Running');
    await server.start('echo other');
    await page.locator('.item', { hasText: 'echo other' }).waitFor();
    server.child.kill('SIGKILL');
    await page.locator('#connection[data-state=lost]').waitFor();
    await expectNothingCanBeStarted(console_);
    const time = () =>
      page.locator('.item', { hasText: 'echo begun' }).locator('.time').textContent();
    const before = await time();
    let tries = 0;
    page.on('request', (request) => {
      if (isIcon(request.url())) return;
      expect(request.url()).toContain('/api/state');
      tries++;
    });
    await waitFor('three tries', () => tries >= 3);
    expect(await time()).toBe(before);
    await console_.item('echo other').click();
    await console_.sees('not loaded: the console cannot be reached');
  });
});
