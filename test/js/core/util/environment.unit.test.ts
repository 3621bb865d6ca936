import { inheritedEnv } from '../../../../lib/core/util/environment';
import { polluted } from '../../support/pollution';

test.each([['value'], ['get']])(
  'a polluted Object.prototype changes no variable of this process: %s',
  async (name) => {
    const { env } = process;
    process.env = { FIRST: 'first', SECOND: 'second' };
    try {
      await polluted({ [name]: name === 'get' ? () => 'polluted' : 'polluted' }, async () => {
        expect(inheritedEnv()).toEqual(['FIRST=first', 'SECOND=second']);
      });
      expect({ ...process.env }).toEqual({ FIRST: 'first', SECOND: 'second' });
    } finally {
      process.env = env;
    }
  },
);
