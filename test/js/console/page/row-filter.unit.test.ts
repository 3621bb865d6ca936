import { rowFilter } from '../../../../lib/console/page/row-filter';
import { adoptedRow } from '../../../../lib/console/server/row';

const row = (command: string, metadata = {}, key: string | null = null) =>
  adoptedRow({
    id: command,
    status: 'running',
    exitCode: null,
    signal: null,
    command,
    key,
    startedAt: 0,
    metadata,
  });

const rows = [
  row('make all', { source: '#12', tags: { branch: 'main' } }),
  row('make test', { source: '#123', tags: { branch: 'mainline' } }, 'db-1'),
  row('aws s3 ls', { source: 'Deploy #12', tags: { name: 'nightly' } }, 'db-12'),
  row('echo "main #12"', { source: '12' }),
];

test.each<[string, number[]]>([
  ['', [0, 1, 2, 3]],
  ['MAKE', [0, 1]],
  ['test make', [1]],
  ['all test', []],
  ['"make test"', [1]],
  ['"test make"', []],
  ['main', [0, 1, 3]],
  ['branch=main all', [0]],
  ['#12', [0, 2, 3]],
  ['#123', [1]],
  ['#1', []],
  ['#main', [0]],
  ['#"deploy #12"', [2]],
  ['#nightly', [2]],
  ['#12 aws', [2]],
  ['db-1', [1, 2]],
  ['key:db-1', [1]],
  ['KEY:DB-12', [2]],
  ['key:', []],
  ['#', [0, 1, 2, 3]],
  ['"main', [3]],
])('%s', (text, expected) => {
  const has = rowFilter(text);
  expect(rows.flatMap((one, at) => (has(one) ? [at] : []))).toEqual(expected);
});
