import { reportOf } from './support/hosts';

/** Node has a lock for that, which nobody else can take. */
test('an environment that a Worker changes meanwhile is read without harm', async () => {
  expect(await reportOf('shared-environment.cjs')).toEqual(['steady\n']);
});
