import { describeInBrowser } from './support/browser';
import { openConsole } from './support/console-page';
import { GUARD_MS, waitFor } from './support/wait';

// A browser takes its time on a busy machine.
jest.setTimeout(4 * GUARD_MS);

/** Notes the gaps between frames from now on. */
const WATCH_FRAMES = `(() => {
  window.gaps = [];
  let last = performance.now();
  const tick = (now) => { window.gaps.push(now - last); last = now; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
})()`;

describeInBrowser('the page of the console under load', () => {
  test('a flood of a million lines leaves it fluent, and ends in a tail without a gap', async () => {
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
    // It drew while the flood went by. How often is a figure of the machine.
    expect(gaps.length).toBeGreaterThan(3);
    // Upwards from the end: as many lines as are kept, and a note of the others.
    await page.keyboard.press('Escape');
    await page.keyboard.press('o');
    await page.keyboard.press('Home');
    await console_.sees('before this are not kept');
    const [note = '', first = ''] = await console_.screen();
    const skipped = Number(/([\d,]+) lines before this/.exec(note)?.[1]?.replaceAll(',', ''));
    expect(Number(first)).toBe(skipped + 1);
    expect(skipped).toBeGreaterThan(980_000);
    expect(await page.getAttribute('#follow', 'aria-pressed')).toBe('false');
  });

  test('its memory is bounded, however much goes by', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    const session = await page.context().newCDPSession(page);
    const heap = async () => {
      await session.send('HeapProfiler.collectGarbage');
      // What a terminal keeps is in array buffers, beside the heap.
      const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
      return usedSize + backingStorageSize;
    };
    await console_.run('seq 200000');
    await console_.status('Completed');
    const before = await heap();
    // Without a pause, in which the page would start anew from what is kept.
    await console_.run('yes of course');
    await waitFor('eight seconds by the page', async () =>
      /Time([89]|1\d)/.test((await page.locator('#facts').textContent()) ?? ''),
    );
    expect((await heap()) - before).toBeLessThan(30_000_000);
    await page.click('#kill');
    await console_.status('Failed');
  });

  test('reading further up stays where it is while output comes', async () => {
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

  test('a hundred at a time are told apart, and stay in their order', async () => {
    const console_ = await openConsole();
    const { page, server } = console_;
    const ids: string[] = [];
    for (let i = 0; i < 100; i++) {
      ids.push(await server.start(`while sleep 0.3; do echo "worker ${i} at work"; done`));
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

  test('many ends at once are read out as numbers', async () => {
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

describeInBrowser('the page of the console by keyboard', () => {
  test('everything is reached without a mouse', async () => {
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
    // It moved to another place of the list, and the focus with it.
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

  test('Tab leads through everything and out of the output again', async () => {
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

  test('where the focus is can be seen', async () => {
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

describeInBrowser('what the page of the console looks like', () => {
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
    '.legend',
    '#connection',
  ];

  /** The contrast of each text with what is behind it, by the formula of WCAG. */
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

  test('it follows the system until somebody chooses', async () => {
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

  test('nothing moves where people do not want it', async () => {
    const console_ = await openConsole({ reducedMotion: 'reduce' });
    await console_.run('sleep 60');
    await console_.status('Running');
    expect(await console_.evaluate('document.getAnimations().length')).toBe(0);
  });

  test('what runs does not make the page jump', async () => {
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

  test('screen readers get names, roles and the output', async () => {
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
