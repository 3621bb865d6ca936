import { join } from 'node:path';
import { reportOf } from '../../support/hosts';
import { nodes } from '../../support/node-binaries';
import { root } from '../../support/repository';

interface Told {
  name?: string;
  message?: string;
  code?: string;
  permission?: string;
  result?: unknown;
}

interface Report {
  own: Told;
  execute: Told;
  run: Told;
  events: number;
  known: number;
}

describe.each(nodes)("Node's permission model, Node %s", (version, node) => {
  const flag = version.startsWith('v20.') ? '--experimental-permission' : '--permission';
  // Without leave to load addons there is no engine at all.
  const allowed = ['--allow-fs-read=*', '--allow-addons'];
  const report = (...more: string[]): Promise<Report> =>
    reportOf<Report>('permission.cjs', {
      node,
      nodeArgs: [flag, ...allowed, ...more],
    });

  test('refuses commands as it refuses child_process', async () => {
    const { own, execute, run, events, known } = await report();
    expect(own.code).toBe('ERR_ACCESS_DENIED');
    for (const error of [execute, run]) {
      expect(error).toMatchObject({ code: own.code, permission: own.permission });
      expect(error.message).toContain(own.message?.split('.')[0]);
      expect(error.message).toContain('--allow-child-process');
    }
    expect({ events, known }).toEqual({ events: 0, known: 0 });
  });

  test('lets commands run with --allow-child-process', async () => {
    const { run, known } = await report('--allow-child-process');
    expect(run).toEqual({ result: 'hi\n' });
    expect(known).toBe(2);
  });

  test('names each missing permission, and runs once all are given', async () => {
    const withThese = (...nodeArgs: string[]): Promise<object> =>
      reportOf('permission-load.cjs', { node, nodeArgs: [flag, ...nodeArgs] });
    expect(await withThese('--allow-fs-read=*')).toMatchObject({
      code: 'ERR_DLOPEN_FAILED',
      cause: 'ERR_DLOPEN_DISABLED',
      message: expect.stringMatching(/cure: .*--allow-addons/) as string,
    });
    const reads = ['dist/', 'test/fixtures/', 'package.json'].map((path) => join(root, path));
    const some = reads.map((path) => `--allow-fs-read=${path}`);
    expect(await withThese('--allow-addons', ...some)).toMatchObject({
      cause: 'ERR_ACCESS_DENIED',
      message: expect.stringMatching(/cure: .*--allow-fs-read/) as string,
    });
    expect(await withThese(...allowed, '--allow-child-process')).toEqual({ stdout: 'hi\n' });
  });
});
