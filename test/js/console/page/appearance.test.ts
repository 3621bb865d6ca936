import { describeInBrowser } from '../../support/browser';
import { openConsole } from '../../support/console-page';
import { GUARD_MS, waitFor } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

describeInBrowser('the appearance of the page', () => {
  const TEXTS = [
    '.place',
    '.tiles dt',
    '.item .command',
    '.item .sub',
    '.group-title',
    '.badge',
    '.facts dt',
    '.facts dd',
    '#cancel',
    '#kill',
    '#run',
    '.segments span',
    '#streams input:not(:checked) + span',
    '#times',
    '#follow',
    '#download',
    '#connection',
  ];

  /** The contrast of each text with its background, by the formula of WCAG. */
  const CONTRASTS = `(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgb = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
    const luminance = (colour) => {
      const [r, g, b] = rgb(colour).slice(0, 3).map((value) => value / 255).map((value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => { for (let at = element; at; at = at.parentElement) { const { backgroundColor } = getComputedStyle(at); if (rgb(backgroundColor)[3] === 255) return backgroundColor; } };
    return ${JSON.stringify(TEXTS)}.map((selector) => {
      const element = document.querySelector(selector);
      const [a, b] = [luminance(getComputedStyle(element).color), luminance(ground(element))].sort((x, y) => y - x);
      return [selector, (a + 0.05) / (b + 0.05)];
    });
  })()`;

  test.each(['light', 'dark'] as const)(
    '%s: every text has enough contrast',
    async (colorScheme) => {
      const console_ = await openConsole({ colorScheme });
      await console_.run('echo hi; sleep 60');
      await console_.status('Running');
      const contrasts = await console_.evaluate<[string, number][]>(CONTRASTS);
      expect(contrasts.filter(([, ratio]) => !(ratio >= 4.5))).toEqual([]);
    },
  );

  const ground = 'getComputedStyle(document.body).backgroundColor';

  test('the theme follows the system until the user chooses one', async () => {
    const console_ = await openConsole({ colorScheme: 'light' });
    const { page } = console_;
    const light = await console_.evaluate(ground);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await console_.evaluate(ground);
    expect(dark).not.toBe(light);
    await page.click('#theme-button');
    expect(await console_.evaluate(ground)).toBe(light);
    await page.reload();
    expect(await console_.evaluate(ground)).toBe(light);
    await page.locator('#connection[data-state=open]').waitFor();
    await page.click('#help-button');
    await page.click('#theme-choice >> text=System');
    expect(await console_.evaluate(ground)).toBe(dark);
  });

  test('a narrow page has one column: the list, then the execution, and back', async () => {
    const console_ = await openConsole({ viewport: { width: 360, height: 640 } });
    const { page } = console_;
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await console_.evaluate(overflow)).toBe(0);
    expect(await page.locator('#detail').isVisible()).toBe(false);
    await console_.run('echo narrow; sleep 60');
    await console_.sees('narrow');
    expect(await page.locator('#executions-list').isVisible()).toBe(false);
    expect(await console_.evaluate(overflow)).toBe(0);
    await page.reload();
    await console_.sees('narrow');
    await page.click('#back');
    expect(await page.locator('#detail').isVisible()).toBe(false);
    await console_.item('echo narrow').click();
    await console_.sees('narrow');
    await page.keyboard.press('Escape');
    await page.locator('#executions-list').waitFor();
  });

  test('nothing is animated with reduced motion', async () => {
    const console_ = await openConsole({ reducedMotion: 'reduce' });
    await console_.run('sleep 60');
    await console_.status('Running');
    expect(await console_.evaluate('document.getAnimations().length')).toBe(0);
  });

  test('with forced colours, what is pressed or selected differs from what is not', async () => {
    const console_ = await openConsole({ forcedColors: 'active' });
    await console_.run('echo one');
    await console_.run('echo two');
    await console_.status('Completed');
    const grounds = await console_.evaluate<string[]>(
      `['#times', '#follow', '#streams input:not(:checked) + span', '#streams input:checked + span'].map((part) => getComputedStyle(document.querySelector(part)).backgroundColor)`,
    );
    expect(grounds[1]).not.toBe(grounds[0]);
    expect(grounds[3]).not.toBe(grounds[2]);
    const outlines = await console_.evaluate<string[]>(
      `['true', 'false'].map((is) => getComputedStyle(document.querySelector('.item[aria-selected=' + is + ']')).outlineStyle)`,
    );
    expect(outlines).toEqual(['solid', 'none']);
    const [enabled, disabled] = await console_.evaluate<string[]>(
      `['#copy', '#cancel'].map((part) => getComputedStyle(document.querySelector(part)).color)`,
    );
    expect(disabled).not.toBe(enabled);
  });

  test('a running execution does not shift the layout', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('echo start; sleep 60');
    await console_.sees('start');
    await page.evaluate(`(() => { window.shift = 0; new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: false }); })()`);
    const id = await console_.evaluate<string>('location.hash.slice(1)');
    await waitFor('three seconds by the page', async () =>
      /Time[3-9]/.test((await page.locator('#facts').textContent()) ?? ''),
    );
    await console_.server.post(`/api/executions/${id}/cancel`);
    await console_.status('Cancelled');
    expect(await console_.evaluate<number>('window.shift')).toBeLessThan(0.05);
  });

  test('names, roles and the output are available to screen readers', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('echo readable; sleep 60');
    await console_.sees('readable');
    await console_.status('Running');
    expect(await page.locator('#executions-list').ariaSnapshot()).toMatch(
      /listbox "Executions"[\s\S]*group "Running[^"]*"[\s\S]*option "[^"]*echo readable; sleep 60[\s\S]*\[selected\]/,
    );
    await page.click('#help-button');
    await page.check('#screen-reader');
    await page.keyboard.press('Escape');
    await page.locator('.xterm-accessibility', { hasText: 'readable' }).waitFor();
  });
});
