import { describeInBrowser } from '../../support/browser';
import { sh } from '../../support/commands';
import { openConsole, openServed } from '../../support/console-page';
import { makeEngine } from '../../support/engine';
import { GUARD_MS, waitFor } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

const TIME = /^\d\d:\d\d:\d\d\.\d{3} /;
const BOTH = 'for i in 1 2 3; do echo "out $i"; echo "err $i" >&2; done; sleep 60';

describeInBrowser('the options of the output', () => {
  test('one stream can be shown alone, also while output arrives', async () => {
    const console_ = await openConsole({ viewport: { width: 1280, height: 800 } });
    const { page } = console_;
    await console_.run(
      'i=0; while sleep 0.1; do i=$((i+1)); echo "out $i"; echo "err $i" >&2; done',
    );
    await console_.sees('err 1');
    await page.click('#streams >> text=stderr');
    await waitFor('lines of stderr alone', async () => {
      const lines = (await console_.screen()).filter((line) => line !== '');
      return lines.length > 3 && lines.every((line) => line.startsWith('err '));
    });
    await page.click('#streams >> text=stdout');
    await waitFor('lines of stdout alone', async () => {
      const lines = (await console_.screen()).filter((line) => line !== '');
      return lines.length > 5 && lines.every((line) => line.startsWith('out '));
    });
    // The choice stays for the next execution.
    await console_.run(BOTH);
    await console_.sees('out 3');
    expect((await console_.screen()).join()).not.toContain('err');
    await page.click('#streams >> text=Both');
    await console_.sees('err 3');
  });

  test('times come from the output events, and do not change the colours of a program', async () => {
    const console_ = await openConsole({ timezoneId: 'UTC' });
    const { page } = console_;
    const before = Date.now();
    await console_.run(
      String.raw`printf '\033[32mgreen one\ngreen two\033[0m\nplain\n'; sleep 0.3; printf 'a prompt: '; sleep 0.3; echo rest; sleep 60`,
    );
    await console_.sees('rest');
    const after = Date.now();
    await page.click('#times');
    await waitFor('the times', async () => TIME.test((await console_.screen())[0] ?? ''));
    await console_.sees('rest');
    const lines = (await console_.screen()).filter((line) => line !== '');
    expect(lines.map((line) => line.replace(TIME, ''))).toEqual([
      'green one',
      'green two',
      'plain',
      'a prompt: rest',
    ]);
    const day = new Date(before).toISOString().slice(0, 11);
    const times = lines.map((line) => Date.parse(`${day}${line.slice(0, 12)}Z`));
    expect(times.every((time) => time >= before - 1 && time <= after)).toBe(true);
    expect((times[3] as number) - (times[0] as number)).toBeGreaterThan(0);
    const colours = await console_.evaluate<
      string[]
    >(`['green one', 'green two', 'plain'].map((text) => {
      const span = [...document.querySelectorAll('.xterm-rows span')].find(({ textContent }) => textContent.includes(text));
      return getComputedStyle(span).color;
    })`);
    expect(colours[1]).toBe(colours[0]);
    expect(colours[2]).not.toBe(colours[0]);
    // It survives a reload.
    await page.reload();
    await waitFor('the times', async () => TIME.test((await console_.screen())[0] ?? ''));
    await page.keyboard.press('Escape');
    await page.keyboard.press('s');
    await waitFor('no times', async () => (await console_.screen())[0] === 'green one');
  });

  test('a terminal has neither times nor streams, whatever was chosen before', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run(BOTH);
    await console_.sees('out 3');
    await page.click('#times');
    await page.click('#streams >> text=stderr');
    await page.click('#start-more summary');
    await page.check('#with-terminal');
    await console_.run('echo drawn; sleep 60');
    await console_.sees('drawn');
    expect((await console_.screen())[0]).toBe('drawn');
    expect(await page.getAttribute('#times', 'aria-disabled')).toBe('true');
    expect(await page.locator('#streams').isVisible()).toBe(false);
    await console_.open('for i');
    await console_.sees('err 3');
    expect((await console_.screen())[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} err 1$/);
  });

  test('lines of an execution that had ended before have no time', async () => {
    const engine = makeEngine();
    await engine.run(sh('echo early'));
    const console_ = await openServed(engine);
    await console_.open('echo early');
    await console_.sees('early');
    await console_.page.click('#times');
    await waitFor('a blank time', async () =>
      /^ {13}early$/.test((await console_.screen())[0] ?? ''),
    );
  });
});

describeInBrowser('a search in the output', () => {
  const scope = (text: string | RegExp) => ({ hasText: text });

  test('says how many lines are kept and shown, and how many were dropped', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('seq -f "row %g" 300');
    await console_.status('Completed');
    await console_.sees('row 300');
    await page.fill('#search', 'row 30');
    await page.locator('#search-count', { hasText: /of 2$/ }).waitFor();
    await page.locator('#search-scope', scope(/^in all 300 lines$/)).waitFor();
    await page.fill('#search', '');
    expect(await page.textContent('#search-scope')).toBe('');

    await console_.run('seq -f "line %g" 250000');
    await console_.status('Completed');
    await console_.reopen('line');
    await console_.sees('line 250000');
    await page.fill('#search', 'line 249999');
    await page.locator('#search-count', { hasText: '1 of 1' }).waitFor();
    const found = page.locator('#search-scope', scope(/^in the last .* dropped$/));
    await found.waitFor();
    const numbers = ((await found.textContent()) ?? '')
      .replaceAll(',', '')
      .match(/\d+/g)
      ?.map(Number);
    const [shown = 0, kept = 0, dropped = 0] = numbers ?? [];
    expect(kept + dropped).toBe(250_000);
    expect(dropped).toBeGreaterThanOrEqual(50_000);
    // The first line that can be scrolled to is the one that the number of lines says.
    await page.fill('#search', '');
    await page.keyboard.press('Escape');
    await page.keyboard.press('o');
    await page.keyboard.press('Home');
    await console_.sees(`line ${250_000 - shown + 1}`);
    const top = await console_.screen();
    expect(top).toContain(`line ${250_000 - shown + 1}`);
    expect(top.join()).not.toContain(`line ${250_000 - shown},`);
  });

  test('of output that arrives later shows its first match', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('echo begin; sleep 2; seq -f "found %g" 100; sleep 60');
    await console_.sees('begin');
    await page.fill('#search', 'found');
    await page.locator('#search-count', { hasText: /^no match$/ }).waitFor();
    await page.locator('#search-count', { hasText: /^1 of 100$/ }).waitFor();
    await console_.sees('found 1');
    await page.press('#search', 'Enter');
    await page.locator('#search-count', { hasText: /^2 of 100$/ }).waitFor();
  });

  test('keeps its match when the size of the page changes', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('seq -f "found %g" 300; sleep 60');
    await console_.sees('found 300');
    await page.fill('#search', 'found');
    await page.locator('#search-count', { hasText: /^1 of 300$/ }).waitFor();
    // The line that names the searched lines has changed the size of the terminal.
    await page.locator('#search-scope', scope('in all 300 lines')).waitFor();
    for (let i = 0; i < 4; i++) await page.press('#search', 'Enter');
    await page.locator('#search-count', { hasText: /^5 of 300$/ }).waitFor();
    const rows = () => page.locator('.xterm-rows > div').count();
    const before = await rows();
    await page.setViewportSize({ width: 1000, height: 600 });
    await waitFor('another size', async () => (await rows()) !== before);
    await console_.evaluate('new Promise((resolve) => setTimeout(resolve, 600))');
    expect(await page.textContent('#search-count')).toBe('5 of 300');
    await console_.sees('found 5');
    await page.press('#search', 'Enter');
    await page.locator('#search-count', { hasText: /^6 of 300$/ }).waitFor();
  });

  test('names the stream that it looks in', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run(BOTH);
    await console_.sees('out 3');
    await page.click('#streams >> text=stderr');
    await console_.sees('err 3');
    await page.fill('#search', 'out');
    await page.locator('#search-count', { hasText: 'no match' }).waitFor();
    await page.locator('#search-scope', scope(/^in 3 lines of stderr$/)).waitFor();
  });
});
