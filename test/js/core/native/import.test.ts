import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportOf, runHost } from '../../support/hosts';
import { root } from '../../support/repository';

interface Report {
  kind: string;
  addonLoaded: boolean;
  newThreads: number;
  newDescriptors: number;
  exports: string[];
}

test.each(['import-only.cjs', 'import-only.mjs'])(
  '%s: importing costs little and keeps nothing alive',
  async (host) => {
    // The host must end by itself: nothing ends it.
    const report = await reportOf<Report>(host);
    expect(report).toMatchObject({ addonLoaded: false, newThreads: 0, newDescriptors: 0 });
    expect(report.exports).toEqual(expect.arrayContaining(['ExecutionEngine', 'ExecutionError']));
  },
);

test('both kinds of module export the same names', async () => {
  const [common, esm] = await Promise.all([
    reportOf<Report>('import-only.cjs'),
    reportOf<Report>('import-only.mjs'),
  ]);
  const names = (report: Report) =>
    report.exports.filter((name) => !['default', '__esModule'].includes(name)).sort();
  expect(names(esm)).toEqual(names(common));
});

test('the addon is loaded with the first engine', async () => {
  const { stdout } = await runHost('import-only.cjs', { args: ['engine'] });
  expect(JSON.parse(stdout)).toMatchObject({ addonLoaded: true });
});

test('an addon that cannot be loaded is reported by name with a cure', async () => {
  const { code, stdout } = await runHost('no-addon.cjs');
  expect(code).toBe(0);
  const { message } = JSON.parse(stdout) as { message: string };
  expect(message).toContain('escher_execution_engine.node');
  expect(message).toMatch(/npm run build|npm (ci|install)/);
});

test('the package names both kinds of module, types first', () => {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: { '.': Record<string, Record<string, string>> };
  };
  for (const kind of ['import', 'require']) {
    expect(Object.keys(exports['.'][kind] ?? {})).toEqual(['types', 'default']);
  }
});
