import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reportOf, runHost } from './support/hosts';
import { root } from './support/repository';

/** `npm run test:node-versions` installs the others; without it the addon is shown in the running Node alone. */
const installed = join(root, 'tools', 'node-versions', 'binaries', 'node_modules');
const others = existsSync(installed)
  ? readdirSync(installed)
      .sort()
      .map((name) => join(installed, name, 'bin', 'node'))
      .filter((path) => existsSync(path))
  : [];
const nodes = [process.execPath, ...others].map((path): [version: string, path: string] => [
  execFileSync(path, ['--version'], { encoding: 'utf8' }).trim(),
  path,
]);

describe.each(nodes)('the one addon file in Node %s', (version, node) => {
  test('runs commands, and leaves nothing behind', async () => {
    const report = await reportOf('load.cjs', { node, args: ['1', '2'] });
    expect(report).toMatchObject({ ended: 1000, wrong: [], zombies: 0 });
  });

  test('is the same for both kinds of module', async () => {
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

  test('under the permission model says what it wants, and runs once it has that', async () => {
    const flag = /^v20\./.test(version) ? '--experimental-permission' : '--permission';
    const withThese = (...nodeArgs: string[]): Promise<object> =>
      reportOf('permission.cjs', { node, nodeArgs: [flag, ...nodeArgs] });
    expect(await withThese('--allow-fs-read=*')).toMatchObject({
      code: 'ERR_DLOPEN_FAILED',
      cause: 'ERR_DLOPEN_DISABLED',
      message: expect.stringMatching(/cure: .*--allow-addons/) as string,
    });
    const reads = ['dist/', 'test/fixtures/', 'package.json'].map((path) => `${root}/${path}`);
    const some = reads.map((path) => `--allow-fs-read=${path}`);
    expect(await withThese('--allow-addons', ...some)).toMatchObject({
      cause: 'ERR_ACCESS_DENIED',
      message: expect.stringMatching(/cure: .*--allow-fs-read/) as string,
    });
    const all = ['--allow-addons', '--allow-child-process', '--allow-fs-read=*'];
    expect(await withThese(...all)).toEqual({ stdout: 'hi\n' });
  });

  test('survives the end of Workers in mid-stream', async () => {
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
