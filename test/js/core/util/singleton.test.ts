import { reportOf } from '../../support/hosts';

interface Report {
  before: string;
  config: { maxConcurrentExecutions: number; maxQueuedExecutions: number | string };
  same: boolean;
  second: string;
  order: string[];
}

const run = (config: object): Promise<Report> =>
  reportOf<Report>('singleton.cjs', { args: [JSON.stringify(config)] });

describe('the engine of the process', () => {
  test('is created once and runs one execution at a time', async () => {
    const report = await run({});
    expect(report).toMatchObject({
      before: 'ERR_INVALID_CONFIG',
      same: true,
      second: 'ERR_INVALID_CONFIG',
      config: { maxConcurrentExecutions: 1, maxQueuedExecutions: 'Infinity' },
    });
    // Each one ends before the next one starts.
    expect(report.order).toEqual([
      'started 1',
      'settled 1',
      'started 2',
      'settled 2',
      'started 3',
      'settled 3',
    ]);
  });

  test('accepts other limits from the configuration', async () => {
    const { config } = await run({ maxConcurrentExecutions: 3, maxQueuedExecutions: 7 });
    expect(config).toEqual({ maxConcurrentExecutions: 3, maxQueuedExecutions: 7 });
  });

  test('is one for require() and import', async () => {
    expect(await reportOf('singleton-both.mjs')).toEqual({
      sameClass: true,
      sameEngine: true,
      sameError: true,
    });
  });
});
