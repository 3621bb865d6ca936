import { serveConsole } from 'escher-execution-engine/console';
import { describeInBrowser, openPage } from '../../support/browser';
import { sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';

describeInBrowser('the page of an engine of the program', () => {
  test('shows the source and the tags of executions, and finds them by both', async () => {
    const engine = makeEngine();
    const { url, close } = await serveConsole(engine);
    try {
      const page = await openPage(url);
      await page.locator('#connection[data-state=open]').waitFor();
      await engine.run(
        sh('echo shipped', { metadata: { source: 'deploy', tags: { branch: 'main' } } }),
      );
      await engine.run(sh('echo other'));
      const item = page.locator('.item', { hasText: 'deploy: echo shipped' });
      await item.click();
      await page.locator('.xterm-rows', { hasText: 'shipped' }).waitFor();
      const facts = await page.locator('#facts').textContent();
      expect(facts).toMatch(/source\s*deploy/i);
      expect(facts).toMatch(/tags\s*branch=main/i);
      expect(facts).not.toMatch(/directory/i);
      expect(await page.locator('#rerun').getAttribute('aria-disabled')).toBe('true');
      const shown = () => page.locator('.item .command').allTextContents();
      await page.fill('#filter', 'deploy branch=main');
      expect(await shown()).toEqual(['deploy: echo shipped']);
      await page.fill('#filter', '');
      expect((await shown()).sort()).toEqual(['deploy: echo shipped', 'echo other']);
    } finally {
      await close();
    }
  });
});
