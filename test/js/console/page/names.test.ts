import { describeInBrowser, openPage } from '../../support/browser';
import { type ConsolePage, openConsole } from '../../support/console-page';
import { GUARD_MS, waitFor } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

const CONTROLS =
  /^(button|textbox|searchbox|checkbox|radio|link|option|listbox|progressbar|dialog|region)$/;

interface Node {
  ignored: boolean;
  role?: { value: string };
  name?: { value: string };
}

/** The roles and names that a screen reader gets. */
async function controls({ page }: ConsolePage): Promise<[role: string, name: string][]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as { nodes: Node[] };
  await session.detach();
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name }): [string, string] => [role?.value ?? '', name?.value ?? ''])
    .filter(([role]) => CONTROLS.test(role));
}

describeInBrowser('names on the page', () => {
  test('every control and region has one, also in the dialog and for a terminal', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await page.click('#start-more summary');
    await page.check('#with-terminal');
    await console_.run('echo drawn; sleep 60');
    await console_.sees('drawn');
    await console_.status('Running');
    const seen = await controls(console_);
    await page.uncheck('#with-terminal');
    await page.check('#stdin');
    await console_.run('echo asked; cat');
    await console_.sees('asked');
    await page.locator('#input-bar').waitFor();
    seen.push(...(await controls(console_)));
    await page.click('#help-button');
    seen.push(...(await controls(console_)));
    expect(seen.filter(([, name]) => name.trim() === '')).toEqual([]);
    const names = seen.map(([role, name]) => `${role} ${name}`);
    expect(names).toEqual(
      expect.arrayContaining([
        'textbox Shell command',
        'searchbox Filter by words, #name or key:name',
        'searchbox Search in the output',
        'radio stderr',
        'button Times',
        'button Download',
        'textbox Terminal of the command. Shift+Tab leaves it',
        'textbox Output of the execution',
        'textbox Input',
        'dialog Settings and shortcuts',
      ]),
    );
  });

  test('a command can get a name, which a rerun keeps and the filter finds exactly', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await page.click('#start-more summary');
    await page.fill('#name', '#12');
    await console_.run('echo twelve');
    await console_.status('Completed');
    await page.fill('#name', '#123');
    await console_.run('echo many');
    await console_.status('Completed');
    await page.fill('#filter', '#12');
    expect(await console_.items()).toEqual(['#12: echo twelve']);
    await console_.item('echo twelve').click();
    await page.locator('#facts', { hasText: /Source.?#12Directory/ }).waitFor();
    await page.click('#rerun');
    await waitFor('the rerun', async () => (await console_.items()).length === 2);
    expect(new Set(await console_.items())).toEqual(new Set(['#12: echo twelve']));
  });

  test('the number of executions that match the filter is announced', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    // The end of one would be announced in the same place, and replace the number.
    await console_.run('sleep 1000 # one');
    await console_.run('sleep 1000 # two');
    await page.fill('#filter', 'two');
    await page.locator('#announcer', { hasText: /^1 execution$/ }).waitFor();
    await page.fill('#filter', 'sleep');
    await page.locator('#announcer', { hasText: /^2 executions$/ }).waitFor();
  });

  test('a fifth page says why it shows nothing, and shows all when there is a place', async () => {
    const console_ = await openConsole();
    const { link } = console_.server;
    await console_.run('echo shown');
    const others = await Promise.all([1, 2, 3].map(() => openPage(link)));
    for (const other of others) await other.locator('#connection[data-state=open]').waitFor();
    const fifth = await openPage(link);
    await fifth.locator('#connection-text', { hasText: 'At most 4 pages can be open' }).waitFor();
    await fifth.locator('.none', { hasText: 'No connection to the console.' }).waitFor();
    await others[0]?.close();
    await fifth.locator('.item', { hasText: 'echo shown' }).waitFor();
  });
});
