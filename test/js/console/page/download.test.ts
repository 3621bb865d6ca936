import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../../support/browser';
import { sh } from '../../support/commands';
import { openConsole, openServed } from '../../support/console-page';
import { makeEngine } from '../../support/engine';
import { GUARD_MS, waitFor } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

async function downloaded(page: Page): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  const name = file.suggestedFilename();
  await page.locator('#action-note', { hasText: `Saved as ${name}.` }).waitFor();
  return { name, text: await readFile(await file.path(), 'utf8') };
}

describeInBrowser('the download of the output', () => {
  test('is named after the execution, redacted, without colours', async () => {
    const engine = makeEngine();
    const run = engine.run(
      sh(String.raw`printf '\033[31mkey hunter22\033[0m\n'; echo oops >&2; echo done`, {
        redact: ['hunter22'],
        metadata: { source: 'Déploy: prod/eu' },
      }),
    );
    const { id } = await run;
    const console_ = await openServed(engine);
    await console_.item('ploy').click();
    await console_.sees('done');
    const { name, text } = await downloaded(console_.page);
    expect(name).toBe(`Déploy-prod-eu-${id.slice(0, 8)}.log`);
    expect(text.split('\n').sort()).toEqual(['', 'done', 'key ***', 'oops'].sort());
  });

  test('follows the stream and the times that are shown', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('echo one; echo two >&2; sleep 60');
    await console_.sees('two');
    await page.click('#streams >> text=stderr');
    await page.click('#times');
    await waitFor('the times', async () => /^\d\d:.*two$/.test((await console_.screen())[0] ?? ''));
    const { name, text } = await downloaded(page);
    expect(name).toMatch(/^echo-one-echo-two-2-sleep-60-[\da-f]{8}\.stderr\.log$/);
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z stderr two\n$/);
  });

  test('has all of 100 000 lines, and the page is painted and answers meanwhile', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('seq -f "this is line %g of the output of a command" 100000');
    await console_.status('Completed');
    await console_.reopen('seq');
    await console_.sees('line 100000');
    // In the page no script handles the text: its longest task is that of the click.
    await page.evaluate(`(() => { window.parsed = 0;
      const parse = JSON.parse; JSON.parse = (text) => { window.parsed += text.length; return parse(text); };
      const read = Response.prototype.text; Response.prototype.text = function () { window.parsed = Infinity; return read.call(this); };
    })()`);
    const { text } = await downloaded(page);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(100_000);
    expect(lines[0]).toBe('this is line 1 of the output of a command');
    expect(lines.at(-1)).toBe('this is line 100000 of the output of a command');
    expect(await console_.evaluate<number>('window.parsed')).toBeLessThan(100_000);
    await console_.run('echo alive');
    await console_.sees('alive');
  });
});
