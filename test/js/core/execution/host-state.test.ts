import { reportOf } from '../../support/hosts';

interface Report {
  here: string;
  changed: Record<string, unknown>;
  report: Record<string, string>;
  inWorker: Record<string, string>;
}

let host: Report;
beforeAll(async () => {
  host = await reportOf<Report>('changing-host.cjs');
});

test('a command has the working directory, the umask and the environment of the call', () => {
  const { here, changed } = host;
  expect(changed).toEqual({
    directory: [here],
    relativeDirectory: [`${here}/below`],
    script: [here],
    program: [here],
    umask: ['0027'],
    log: [`${here}/a.log`, true],
    queued: [here, here, '0027', 'at the call'],
    renamed: ['after', 'after/logs/a.log'],
  });
});

const environments = {
  replaced: 'new--1',
  inheriting: 'inherited--',
  proxy: '-changed-',
  native: '-there-',
  path: 'PROGRAM_NOT_FOUND',
};

test('a command inherits process.env as JavaScript sees it, also when it was replaced', () => {
  expect(host.report).toEqual(environments);
});

test('so does a command of a Worker', () => {
  expect(host.inWorker).toEqual(environments);
});
