import { sh } from '../../support/commands';
import { rejection } from '../../support/expectations';
import { oneWindow, refused } from '../../support/exposed-engine';
import { waitFor } from '../../support/wait';

test('a page shows a terminal: size, echo, input', async () => {
  const { page } = oneWindow();
  const [own, heard]: [boolean[], boolean[]] = [[], []];
  const lines: string[] = [];
  page.on('echo', ({ enabled }) => heard.push(enabled));
  const script =
    'stty size; stty -echo; read -r word; stty echo; printf %s "$word" | wc -c; stty size';
  const run = await page.run(sh(script, { pty: true }), {
    onOutput: (event) => void lines.push(...event.lines),
    onEcho: ({ enabled }) => own.push(enabled),
  });
  await waitFor('echo to be off', () => own.length === 1);
  await run.resize({ cols: 100, rows: 50 });
  await run.sendInput('secret\n');
  await run.result();
  await waitFor('the lines', () => lines.includes('50 100'));
  expect(lines).toEqual(['24 80', '6', '50 100']);
  expect(own[0]).toBe(false);
  expect(heard).toEqual([]);
  await page.subscribe(await page.execute(sh('stty -echo; read -r word', { pty: true })));
  await waitFor('echo to be off', () => heard.includes(false));
});

test('an app can forbid resize()', async () => {
  const { page } = oneWindow({}, { allow: ['execute'] });
  const run = await page.run(sh('true', { pty: true }));
  const error = await rejection(run.resize({ cols: 80, rows: 24 }));
  expect(error).toEqual(expect.objectContaining(refused(/resize/)));
});
