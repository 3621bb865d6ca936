import { describeInBrowser } from '../../support/browser';
import { type ConsolePage, openConsole } from '../../support/console-page';
import { GUARD_MS, waitFor } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

async function onTerminal(command: string): Promise<ConsolePage> {
  const console_ = await openConsole({ viewport: { width: 1200, height: 800 } });
  await console_.page.click('#start-more summary');
  await console_.page.check('#with-terminal');
  await console_.run(command);
  // Until then no key reaches it.
  await console_.status('Running');
  return console_;
}

/** Repeats what is typed. */
const ECHO = 'echo ready; while read -r line; do echo "got $line"; done';
/** Writes its size whenever that has changed. */
const SIZE = 'while sleep 0.05; do s=$(stty size); [ "$s" = "$t" ] || echo "size $s"; t=$s; done';

describeInBrowser('a command on a terminal', () => {
  test('gets the keys, and the page uses none of them as shortcuts', async () => {
    const console_ = await onTerminal(ECHO);
    await console_.sees('ready');
    expect(await console_.page.locator('#input-bar').isVisible()).toBe(false);
    await console_.page.locator('.xterm-helper-textarea').focus();
    await console_.page.keyboard.type('njk/ ?');
    await console_.page.keyboard.press('Escape');
    await console_.page.keyboard.press('Backspace');
    await console_.page.keyboard.press('Enter');
    await console_.sees('got njk/ ?');
    expect(await console_.focused()).toContain('xterm');
    await console_.page.keyboard.press('Control+c');
    await console_.status('Failed');
  });

  test('is left by Shift+Tab', async () => {
    const console_ = await onTerminal(ECHO);
    await console_.sees('ready');
    await console_.page.locator('.xterm-helper-textarea').focus();
    const hint = console_.page.locator('#terminal-hint', { hasText: 'Shift+Tab leaves' });
    expect(await hint.isVisible()).toBe(true);
    await console_.page.keyboard.press('Shift+Tab');
    expect(await console_.focused()).not.toContain('xterm');
    await console_.page.click('#kill');
    await console_.status('Failed');
    expect(await hint.isVisible()).toBe(false);
  });

  test('follows the size of the page', async () => {
    const console_ = await onTerminal(SIZE);
    const sizes = async () =>
      (await console_.screen()).filter((line) => /^size \d+ \d+$/.test(line));
    const first = await waitFor('the size of the page', async () => (await sizes()).at(-1));
    await console_.page.setViewportSize({ width: 1000, height: 600 });
    await waitFor('another size', async () => (await sizes()).some((size) => size !== first));
  });

  test.each([600, 607, 614, 621])('fits into the page with a height of %i', async (height) => {
    const console_ = await onTerminal(ECHO);
    await console_.sees('ready');
    await console_.page.setViewportSize({ width: 1003, height });
    const gaps = (): Promise<[number, number]> =>
      console_.evaluate(`(() => { const box = document.querySelector('#terminal').getBoundingClientRect();
        const rows = document.querySelector('.xterm-screen').getBoundingClientRect();
        return [box.bottom - rows.bottom, box.right - rows.right]; })()`);
    // The last row and the last column are inside: a row is 18 pixels high.
    await waitFor('a terminal that fits', async () => {
      const [below, right] = await gaps();
      return below >= 4 && below < 24 && right >= 4 && right < 40;
    });
  });

  test('draws: sequences that move the cursor are kept', async () => {
    const console_ = await onTerminal(String.raw`printf 'abc\r\033[1CX\n'; sleep 60`);
    await console_.sees('aXc');
  });

  test('does not answer old questions when a page is opened again', async () => {
    const command = String.raw`printf '\033[6nasked\n'; stty -echo; read -r -t 60 line; echo "read [$(printf %q "$line")]"`;
    const console_ = await onTerminal(`sleep 0.1; ${command}`);
    await console_.sees('asked');
    await console_.page.reload();
    await console_.sees('asked');
    await console_.page.locator('.xterm-helper-textarea').focus();
    await console_.page.keyboard.press('Enter');
    await console_.sees('read [');
    const line = (await console_.screen()).find((row) => row.includes('read ['));
    // At most the answer of the page that saw the question.
    expect(line?.match(/R/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });
});
