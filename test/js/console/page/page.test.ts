import { describeInBrowser, openPage } from '../../support/browser';
import { startConsole } from '../../support/console';
import { openConsole } from '../../support/console-page';
import { startTunnel } from '../../support/tunnel';
import { GUARD_MS, waitFor } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

describeInBrowser('the page of the console', () => {
  test('starts a command and shows its output live, in its colours', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run(String.raw`printf '\033[32mgreen\033[0m plain\n'; echo oops >&2; sleep 60`);
    await console_.sees('green plain');
    await console_.sees('oops');
    await console_.status('Running');
    const colours = await console_.evaluate<string[]>(`['green', 'plain', 'oops'].map((word) => {
      const span = [...document.querySelectorAll('.xterm-rows span')].find(({ textContent }) => textContent.includes(word));
      return getComputedStyle(span).color;
    })`);
    expect(new Set(colours).size).toBe(3);
    expect(await page.title()).toBe('(1) Execution console');
    expect(await page.locator('#facts').textContent()).toMatch(/PID\d+Lines2/);
  });

  test('removes the token from the address, and asks for it if there is none', async () => {
    const console_ = await openConsole();
    expect(console_.page.url()).not.toContain(console_.server.token);
    const bare = await openPage(`http://127.0.0.1:${console_.server.port}/`);
    await bare.locator('#link-panel').waitFor();
    await bare.fill('#link-field', 'http://127.0.0.1/');
    await bare.press('#link-field', 'Enter');
    await bare.locator('#link-text', { hasText: 'contains no token' }).waitFor();
    await bare.fill('#link-field', console_.server.link);
    await bare.press('#link-field', 'Enter');
    await bare.locator('#connection[data-state=open]').waitFor();
  });

  test('shows nothing with a wrong token', async () => {
    const server = await startConsole().listening();
    await server.start('echo secret-command');
    const page = await openPage(`http://127.0.0.1:${server.port}/#token=${'A'.repeat(43)}`);
    await page.locator('#link-text', { hasText: 'not the link of the running console' }).waitFor();
    expect(await page.locator('body').textContent()).not.toContain('secret-command');
    expect(await page.locator('#panes').isVisible()).toBe(false);
  });

  test('explains an invalid request', async () => {
    const { page } = await openConsole();
    await page.click('#run');
    await page.locator('#start-error', { hasText: 'Enter a command first' }).waitFor();
    await page.fill('#command', 'true');
    await page.click('#start-more summary');
    await page.fill('#cwd', '/no/such/place');
    await page.click('#run');
    await page.locator('#start-error', { hasText: '/no/such/place' }).waitFor();
    await page.fill('#cwd', '');
    await page.fill('#timeout', 'soon');
    await page.click('#run');
    await page.locator('#start-error', { hasText: "received 'soon'" }).waitFor();
    await page.fill('#timeout', '');
    await page.fill('#env', 'no equals sign');
    await page.click('#run');
    await page.locator('#start-error', { hasText: 'must be NAME=value' }).waitFor();
    expect(await page.locator('.item').count()).toBe(0);
  });

  test('passes directory, timeout and environment', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await page.click('#start-more summary');
    await page.fill('#cwd', '/tmp');
    await page.fill('#timeout', '300ms');
    await page.fill('#env', 'WORD=hello there');
    await console_.run('pwd; echo "$WORD"; sleep 60');
    await console_.sees('/tmp');
    await console_.sees('hello there');
    await console_.status('Timed out');
  });

  test('cancels, interrupts, kills, reruns and removes', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('echo first; sleep 60');
    await console_.sees('first');
    await page.click('#cancel');
    await console_.status('Cancelled');
    expect(await page.getAttribute('#cancel', 'aria-disabled')).toBe('true');
    // A disabled button keeps the focus.
    expect(await console_.focused()).toBe('cancel');
    for (const [button, signal] of [
      ['#interrupt', 'SIGINT'],
      ['#kill', 'SIGKILL'],
    ] as const) {
      await page.click('#rerun');
      await console_.status('Running');
      await console_.sees('first');
      await page.click(button);
      await page.locator('#facts', { hasText: signal }).waitFor();
    }
    expect(await console_.items()).toHaveLength(3);
    await page.click('#remove');
    await page.locator('#detail-empty').waitFor();
    await page.click('#clear');
    await page.locator('.none', { hasText: 'No executions yet' }).waitFor();
  });

  test('sends lines to the stdin of a command', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await page.click('#start-more summary');
    await page.check('#stdin');
    await console_.run('printf "name? "; read name; echo "hello $name"; cat; echo over');
    await console_.sees('name?');
    await page.fill('#input', 'Ada');
    await page.press('#input', 'Enter');
    await console_.sees('hello Ada');
    await page.click('#close-input');
    await console_.sees('over');
    await console_.status('Completed');
    expect(await page.getAttribute('#send', 'aria-disabled')).toBe('true');
  });

  test('searches in the output', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('seq -f "row %g" 300');
    await console_.sees('row 300');
    await page.keyboard.press('Escape');
    await page.keyboard.press('f');
    await page.keyboard.type('row 12');
    const count = page.locator('#search-count');
    // 12, and 120 to 129.
    await page.locator('#search-count', { hasText: /\d+ of 11$/ }).waitFor();
    const before = await count.textContent();
    await page.keyboard.press('Enter');
    await waitFor('another match', async () => (await count.textContent()) !== before);
    await page.fill('#search', 'row 7');
    await console_.sees('row 7');
    await page.fill('#search', 'nothing like it');
    await page.locator('#search-count', { hasText: 'no match' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.inputValue('#search')).toBe('');
  });

  test('filters the list by words and by status', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    for (const command of ['echo alpha one', 'echo beta', 'echo alpha two; false']) {
      await console_.run(command);
      await page.locator('#badge', { hasText: /Completed|Failed/ }).waitFor();
    }
    await page.fill('#filter', 'ALPHA ec');
    expect(await console_.items()).toEqual(['echo alpha two; false', 'echo alpha one']);
    await page.click('#filter-status >> text=Failed');
    expect(await console_.items()).toEqual(['echo alpha two; false']);
    await page.click('#filter-status >> text=Active');
    await page.locator('.none', { hasText: 'No execution matches' }).waitFor();
  });

  test('keeps the selection, the filter and the output over a reload', async () => {
    const console_ = await openConsole();
    const { page } = console_;
    await console_.run('echo kept; sleep 60');
    await console_.sees('kept');
    await console_.run('echo another');
    await console_.item('echo kept').click();
    await page.fill('#filter', 'kept');
    await page.reload();
    await page.locator('#detail-command', { hasText: 'echo kept' }).waitFor();
    await console_.sees('kept');
    expect(await page.inputValue('#filter')).toBe('kept');
    expect(await console_.items()).toEqual(['echo kept; sleep 60']);
    expect(await console_.item('echo kept').getAttribute('aria-selected')).toBe('true');
  });

  test('resumes after a lost connection, without gaps or duplicates', async () => {
    const server = await startConsole().listening();
    const tunnel = await startTunnel(server.port);
    const page = await openPage(`http://localhost:${tunnel.port}/#token=${server.token}`);
    await page.locator('#connection[data-state=open]').waitFor();
    await page.fill('#command', 'for i in $(seq 1000); do echo "tick $i;"; sleep 0.05; done');
    await page.press('#command', 'Enter');
    await page.locator('.xterm-rows', { hasText: 'tick 3;' }).waitFor();
    tunnel.cut();
    await page.locator('#connection[data-state=lost]').waitFor();
    const missed = await server.start('echo while you were away');
    tunnel.mend();
    await page.locator('#connection[data-state=open]').waitFor();
    await page.locator(`.item[data-id="${missed}"][data-status=completed]`).waitFor();
    const last = () => page.evaluate("document.querySelector('.xterm-rows').textContent");
    const before = await last();
    await waitFor('new output', async () => (await last()) !== before);
    await page.click('#cancel');
    await page.locator('#badge', { hasText: 'Cancelled' }).waitFor();
    await page.fill('#search', 'tick');
    const count = page.locator('#search-count');
    await page.locator('#search-count', { hasText: /of \d+/ }).waitFor();
    const [, all] = /of (\d+)/.exec((await count.textContent()) ?? '') ?? [];
    const lines = page.locator('#facts', { hasText: new RegExp(`Lines${all}`) });
    // The number of matches is the number of lines: no gaps, no duplicates.
    await lines.waitFor();
    await page.fill('#search', 'tick 2;');
    await page.locator('#search-count', { hasText: '1 of 1' }).waitFor();
    tunnel.close();
  });

  test('shows that the console has ended', async () => {
    const console_ = await openConsole();
    console_.server.child.kill('SIGINT');
    await console_.page
      .locator('#connection[data-state=closed]', { hasText: 'The console has ended' })
      .waitFor();
  });

  test.each([
    ['a line that matches', 'echo "done 25% compiling"', '0.25', '25 % compiling'],
    ['a line without a number', 'echo "done ?% linking"', null, 'linking'],
    ['the sequence OSC 9;4', "printf '\\033]9;4;1;40\\007'", '0.4', '40 %'],
  ])('shows progress: %s', async (_, command, value, label) => {
    const console_ = await openConsole({}, ['--progress-patterns']);
    const { page } = console_;
    await page.click('#start-more summary');
    await page.fill('#progress-pattern', 'done (?<percent>\\d+|\\?)% (?<label>\\w+)');
    await console_.run(`${command}; sleep 60`);
    await page.locator('#progress-label', { hasText: label }).waitFor();
    expect(await page.getAttribute('#progress-bar', 'value')).toBe(value);
    await page.click('#cancel');
    await console_.status('Cancelled');
    expect(await page.locator('#progress').isVisible()).toBe(false);
  });
});
