import { asInput, asStartBody } from '../../../../lib/console/server/request-checks';

const POLLUTED = {
  cwd: '/tmp',
  timeoutMs: 1,
  env: { A: '1' },
  stdin: true,
  progress: '(',
  name: 'x',
  text: 'x',
};

describe('with a polluted Object.prototype', () => {
  beforeAll(() => {
    for (const [name, value] of Object.entries(POLLUTED)) {
      Object.defineProperty(Object.prototype, name, { value, configurable: true });
    }
  });
  afterAll(() => {
    for (const name of Object.keys(POLLUTED)) delete (Object.prototype as never)[name];
  });

  test('a request to start has its own fields only', () => {
    expect(Object.entries(asStartBody({ command: 'true' }, true))).toEqual([
      ['command', 'true'],
      ['cwd', undefined],
      ['timeoutMs', undefined],
      ['env', undefined],
      ['stdin', false],
      ['terminal', false],
      ['colour', false],
      ['progress', undefined],
      ['name', undefined],
    ]);
  });

  test('an input has its own fields only', () => {
    expect(asInput({ close: true })).toEqual({ close: true });
  });
});
