import { runHost } from '../support/hosts';
import { processExists } from '../support/processes';

test('the Electron example runs, shows, cancels, and leaves nothing behind', async () => {
  const { code, stdout, stderr } = await runHost('electron-app.mjs');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const shown = JSON.parse(stdout);
  expect(shown).toEqual({
    failure: ['failed, exit code 3, ', 'this goes wrong'],
    flood: '1000000',
    pid: expect.any(Number),
  });
  expect(processExists(shown.pid)).toBe(false);
});
