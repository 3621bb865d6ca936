import { executePlan } from 'escher-execution-engine/plan';
import { describeInBrowser } from '../../support/browser';
import { LONG, sh } from '../../support/commands';
import { openServed } from '../../support/console-page';
import { makeEngine } from '../../support/engine';
import { GUARD_MS } from '../../support/wait';

// A browser is slow on a busy machine.
jest.setTimeout(4 * GUARD_MS);

describeInBrowser('a plan on the page', () => {
  test('shows its steps together, and is cancelled as a whole', async () => {
    const engine = makeEngine();
    const console_ = await openServed(engine);
    const { page } = console_;
    const plan = executePlan(engine, {
      id: 'release',
      // After the cancel, the last command would have a place.
      strategy: { type: 'parallel', maxConcurrency: 2 },
      commands: [
        { name: 'build', ...sh('echo built') },
        { name: 'test', ...sh(LONG) },
        { name: 'lint', ...sh(LONG) },
        { name: 'deploy', ...sh('echo deployed') },
      ],
    });
    await page.locator('.item', { hasText: 'echo built' }).click();
    await page.locator('#plan-title', { hasText: 'Plan release' }).waitFor();
    await page
      .locator('#plan-steps li button[data-status=completed]', { hasText: 'build' })
      .waitFor();
    await page.locator('#plan-steps li button[data-status=running]', { hasText: 'lint' }).waitFor();
    await page.locator('#plan-count', { hasText: '1 of 3 started steps completed' }).waitFor();
    expect(await page.locator('#plan-steps [aria-current=step]').textContent()).toContain('build');
    await page.locator('#plan-steps button', { hasText: 'test' }).click();
    await page.locator('#detail-command', { hasText: LONG }).waitFor();
    await page.locator('#plan-steps [aria-current=step]', { hasText: 'test' }).waitFor();
    await page.click('#cancel-plan');
    expect(await plan).toMatchObject({
      status: 'cancelled',
      stats: { completed: 1, cancelled: 2, skipped: 1 },
    });
    await page.locator('#plan-steps button[data-status=cancelled]', { hasText: 'lint' }).waitFor();
    await page.locator('#cancel-plan[aria-disabled=true]').waitFor();
    await engine.run(sh('echo alone'));
    await page.locator('.item', { hasText: 'echo alone' }).click();
    await page.locator('#plan').waitFor({ state: 'hidden' });
  });
});

describeInBrowser('the queue on the page', () => {
  test('is paused and resumed, and its limits are changed', async () => {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 10 });
    const console_ = await openServed(engine);
    const { page } = console_;
    await page.click('#queue summary');
    await page.click('#pause');
    await page.locator('#pause', { hasText: 'Resume' }).waitFor();
    await page.locator('#tile-paused').waitFor();
    const runs = ['one', 'two'].map((source) =>
      engine.run(sh(LONG, { key: 'k', metadata: { source } })),
    );
    const state = (name: string, text: string) =>
      page
        .locator('.item', { hasText: `${name}: ` })
        .locator('.sub', { hasText: text })
        .waitFor();
    await state('one', 'the engine is paused');
    await page.click('#pause');
    await state('one', 'Running');
    await state('two', 'waits for a free place');
    await page.fill('#limit-key', 'k');
    await page.fill('#limit', '1');
    await page.press('#limit', 'Enter');
    await page.locator('#limit-key:placeholder-shown').waitFor();
    await page.fill('#limit', '5');
    await page.click('#set-limit');
    await page.locator('#tile-limit', { hasText: 'of 5' }).waitFor();
    await state('two', 'waits for key k, 1 running');
    await page.fill('#limit-key', 'k');
    await page.click('#set-limit');
    await state('two', 'Running');
    await page.locator('#limit-key:placeholder-shown').waitFor();
    await page.fill('#limit', '0');
    await page.click('#set-limit');
    await page.locator('#queue-error', { hasText: 'out of range' }).waitFor();
    await page.fill('#limit', '');
    await page.click('#set-limit');
    await page.locator('#queue-error', { hasText: 'Type a limit, or a key.' }).waitFor();
    await Promise.all(runs.map((run) => run.cancel()));
  });
});

describeInBrowser('a record that is removed', () => {
  test('by the program disappears, and by a limit of the engine stays with a mark', async () => {
    const engine = makeEngine({ maxInMemoryExecutions: 1, enableAutoCleanup: false });
    const console_ = await openServed(engine);
    const { page } = console_;
    const item = (text: string) => page.locator('.item', { hasText: text });
    const first = await engine.run(sh('echo first'));
    await item('echo first').waitFor();
    await engine.removeExecution(first.id);
    await item('echo first').waitFor({ state: 'detached' });
    await engine.run(sh('echo second'));
    await engine.run(sh('echo third'));
    await item('echo third').waitFor();
    expect(await engine.cleanup()).toBe(1);
    await item('echo second').locator('.tag', { hasText: 'removed from the engine' }).waitFor();
    await item('echo second').click();
    await console_.sees('second');
  });
});
