import { randomUUID } from 'node:crypto';
import { reportOf, runHost } from '../../support/hosts';
import { MARK, processesMarked } from '../../support/processes';
import { waitFor } from '../../support/wait';

interface Report {
  caught: string[];
  others: string[];
  result: { status: string; stdout: string };
  later: string;
  unhandled: number;
}

test('a throwing listener reaches uncaughtException and affects nothing else', async () => {
  const report = await reportOf<Report>('throwing-listeners.cjs', { args: ['caught'] });
  expect(report.others).toEqual(['started', 'line 1', 'line 2', 'line 3', 'settled', 'removed']);
  expect(report.result).toMatchObject({ status: 'completed', stdout: '1\n2\n3\n' });
  expect(report.caught.sort()).toEqual([
    'engine removed',
    'engine settled',
    'engine started',
    'engine stdout 1',
    'engine stdout 2',
    'engine stdout 3',
    'handle settled',
    'handle stdout 1',
    'handle stdout 2',
    'handle stdout 3',
  ]);
  // The engine works on.
  expect(report.later).toBe('fine\n');
});

test('an async listener that rejects is an unhandled rejection', async () => {
  const report = await reportOf<Report>('throwing-listeners.cjs', { args: ['async'] });
  expect(report).toMatchObject({
    unhandled: 3,
    caught: [],
    result: { status: 'completed' },
    later: 'fine\n',
  });
});

test('without a handler Node ends the process, and its children end too', async () => {
  const mark = randomUUID();
  const { code, signal, stderr } = await runHost('throwing-listeners.cjs', {
    args: ['uncaught'],
    env: { [MARK]: mark },
  });
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  expect(stderr).toContain('Error: engine stdout 1');
  expect(stderr).not.toContain('terminate called');
  await waitFor('the children to be gone', () => processesMarked(mark).length === 0);
});
