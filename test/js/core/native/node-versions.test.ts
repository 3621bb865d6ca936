import { reportOf, runHost } from '../../support/hosts';
import { nodes } from '../../support/node-binaries';

describe.each(nodes)('the one addon file in Node %s', (version, node) => {
  test('runs commands and leaves no process or file', async () => {
    const report = await reportOf('load.cjs', { node, args: ['1', '2'] });
    expect(report).toMatchObject({ ended: 1000, wrong: [], zombies: 0 });
  });

  test('works for both kinds of module', async () => {
    expect(await reportOf('singleton-both.mjs', { node })).toEqual({
      sameClass: true,
      sameEngine: true,
      sameError: true,
    });
  });

  test('survives process.exit() in a listener', async () => {
    const { code, signal, stderr } = await runHost('exit.cjs', { node, args: ['stdout'] });
    expect({ version, code, signal, stderr }).toEqual({
      version,
      code: 7,
      signal: null,
      stderr: '',
    });
  });

  test('survives an uncaught error', async () => {
    const { code, signal, stderr } = await runHost('exit.cjs', { node, args: ['throw'] });
    expect({ version, code, signal }).toEqual({ version, code: 1, signal: null });
    expect(stderr).toContain('Error: uncaught here');
  });

  test('survives the end of Workers while output streams', async () => {
    const { code, signal, stdout, stderr } = await runHost('workers.cjs', {
      node,
      args: ['terminate', '10'],
    });
    expect({ version, code, signal, stderr }).toEqual({
      version,
      code: 0,
      signal: null,
      stderr: '',
    });
    expect(JSON.parse(stdout)).toMatchObject({ streamed: 10, fine: 'fine\n' });
  });
});
