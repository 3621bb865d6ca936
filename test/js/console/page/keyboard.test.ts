import { describeInBrowser } from '../../support/browser';
import { openConsole } from '../../support/console-page';
import { GUARD_MS, waitFor } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

describeInBrowser('the page of the console by keyboard', () => {
  test('every function is reachable without a mouse', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    const { keyboard } = page;
    expect(await console_.focused()).toBe('command');
    await keyboard.type('echo one; sleep 60');
    await keyboard.press('Enter');
    await console_.sees('one');
    await keyboard.type('echo two; sleep 60');
    await keyboard.press('Enter');
    await console_.sees('two');
    await console_.status('Running');
    await keyboard.press('Escape');
    await keyboard.press('l');
    expect(await console_.focused()).toContain('item');
    await keyboard.press('ArrowDown');
    await page.locator('#detail-command', { hasText: 'echo one' }).waitFor();
    await keyboard.press('Home');
    await page.locator('#detail-command', { hasText: 'echo two' }).waitFor();
    await keyboard.press('j');
    await page.locator('#detail-command', { hasText: 'echo one' }).waitFor();
    await keyboard.press('c');
    await console_.status('Cancelled');
    // The item moved in the list and kept the focus.
    expect(await console_.evaluate('document.activeElement.textContent')).toContain('echo one');
    await keyboard.press('r');
    await console_.status('Running');
    await keyboard.press('/');
    expect(await console_.focused()).toBe('filter');
    await keyboard.type('two');
    await waitFor('the filter', async () => (await console_.items()).length === 1);
    await keyboard.press('ArrowDown');
    expect(await console_.focused()).toContain('item');
    await keyboard.press('n');
    expect(await console_.focused()).toBe('command');
    await keyboard.press('ArrowUp');
    expect(await page.inputValue('#command')).toBe('echo one; sleep 60');
  });

  test('Tab visits every control and leaves the output', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('echo one');
    await console_.status('Completed');
    await page.focus('#theme-button');
    const seen: string[] = [];
    for (let i = 0; i < 40 && !seen.includes('again'); i++) {
      await page.keyboard.press('Tab');
      const at = await console_.focused();
      seen.push(at === 'help-button' && seen.length > 0 ? 'again' : at);
    }
    for (const stop of [
      'command',
      'run',
      'filter',
      'clear',
      'item',
      'rerun',
      'search',
      'xterm-helper-textarea',
    ]) {
      expect(seen.some((at) => at.includes(stop))).toBe(true);
    }
    expect(seen.at(-1)).toBe('again');
  });

  test('the focus is visible', async () => {
    const { page } = await openConsole();
    await page.focus('#command');
    for (let i = 0; i < 5; i++) {
      await page.keyboard.press('Tab');
      const outline = await page.evaluate(
        `(() => { const { activeElement: at } = document;
          const look = at.matches('.segments input') ? at.nextElementSibling : at;
          return getComputedStyle(look).outlineStyle + ' ' + at.outerHTML.slice(0, 80); })()`,
      );
      expect(outline).toMatch(/^solid/);
    }
  });

  test('single keys can be switched off', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.locator('#help[open]').waitFor();
    await page.uncheck('#single-keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    expect(await console_.focused()).not.toBe('command');
    await page.reload();
    await page.locator('#connection[data-state=open]').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    expect(await console_.focused()).not.toBe('filter');
  });
});
