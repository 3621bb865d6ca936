import { describeInBrowser } from '../../support/browser';
import { openConsole } from '../../support/console-page';
import { GUARD_MS, waitFor } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

const LONG_COMMAND = `echo ${'many words of a long command '.repeat(40)}; sleep 60`;

describeInBrowser('parts of the page that scroll', () => {
  test('a long command is scrolled by the arrow keys, and is no trap', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run(LONG_COMMAND);
    await console_.status('Running');
    const top = () => console_.evaluate<number>("document.getElementById('command-box').scrollTop");
    await waitFor(
      'the box can be focused',
      async () => (await page.getAttribute('#command-box', 'tabindex')) === '0',
    );
    // By Tab, from the item of the list.
    await page.locator('.item').focus();
    await page.keyboard.press('Tab');
    expect(await console_.focused()).toBe('command-box');
    expect(await console_.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(
      'Command',
    );
    await page.keyboard.press('ArrowDown');
    await waitFor('the scroll', async () => (await top()) > 0);
    await page.keyboard.press('End');
    const rest =
      "(({ scrollHeight, clientHeight, scrollTop }) => scrollHeight - clientHeight - scrollTop)(document.getElementById('command-box'))";
    await waitFor('the end', async () => (await console_.evaluate<number>(rest)) < 2);
    await page.keyboard.press('Tab');
    expect(await console_.focused()).not.toBe('command-box');
    await page.keyboard.press('Shift+Tab');
    expect(await console_.focused()).toBe('command-box');
    await page.keyboard.press('Escape');
    expect(await console_.focused()).toContain('item');
  });

  test('a short command takes no stop of the Tab key', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run(LONG_COMMAND);
    await waitFor(
      'the box can be focused',
      async () => (await page.getAttribute('#command-box', 'tabindex')) === '0',
    );
    await console_.run('echo short');
    await waitFor(
      'the box cannot be focused',
      async () => (await page.getAttribute('#command-box', 'tabindex')) === null,
    );
  });

  test('with a zoom of 200 % everything can be scrolled to', async () => {
    // 1280 x 720 at 200 %.
    const console_ = await openConsole({ viewport: { width: 640, height: 360 } });
    const { page } = console_;
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    await console_.run('seq 200; sleep 60');
    await console_.sees('200');
    for (const id of ['cancel', 'download', 'search', 'streams', 'times', 'follow', 'terminal']) {
      await page.locator(`#${id}`).scrollIntoViewIfNeeded();
      expect([id, await visibleHeight(id)]).toEqual([id, expect.any(Number)]);
      expect(await visibleHeight(id)).toBeGreaterThan(20);
    }
    expect(await visibleHeight('terminal')).toBeGreaterThan(200);
    expect(await console_.evaluate(overflow)).toBe(0);
    await page.locator('#back').click();
    await page.locator('#clear').scrollIntoViewIfNeeded();
    await page.locator('.item').scrollIntoViewIfNeeded();
    expect(await console_.evaluate(overflow)).toBe(0);

    function visibleHeight(id: string): Promise<number> {
      return page.evaluate(
        `(({ top, bottom }) => Math.min(bottom, innerHeight) - Math.max(top, 0))(document.getElementById('${id}').getBoundingClientRect())`,
      );
    }
  });

  test('at 380 pixels the search field and all buttons are inside the page', async () => {
    const console_ = await openConsole({ viewport: { width: 380, height: 700 } });
    const { page } = console_;
    await console_.run('seq 200; sleep 60');
    await console_.sees('200');
    await page.fill('#search', '19');
    await page.locator('#search-scope', { hasText: 'in all 200 lines' }).waitFor();
    const boxes = await console_.evaluate<[string, number, number, number][]>(
      `[...document.querySelectorAll('#detail button, #detail input[type=search], .segments span, header button')].filter((one) => one.offsetParent).map((one) => { const { left, right, width } = one.getBoundingClientRect(); return [one.id || one.textContent, left, right, width]; })`,
    );
    expect(boxes.length).toBeGreaterThan(12);
    expect(boxes.filter(([, left, right]) => left < 0 || right > 380)).toEqual([]);
    expect(boxes.find(([id]) => id === 'search')?.[3]).toBeGreaterThanOrEqual(120);
  });
});
