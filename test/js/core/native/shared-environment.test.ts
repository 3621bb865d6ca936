import { reportOf } from '../../support/hosts';

/** Node's lock for it is not accessible to addons. */
test('an environment that a Worker changes concurrently is read safely', async () => {
  expect(await reportOf('shared-environment.cjs')).toEqual(['steady\n']);
});
