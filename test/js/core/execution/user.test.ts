import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { executionError } from '../../support/expectations';

const isRoot = process.geteuid?.() === 0;
// Only root may change the user.
const asRoot = isRoot ? test : test.skip;
const asOther = isRoot ? test.skip : test;

asRoot('a command runs as another user, without its other groups', async () => {
  const { stdout } = await makeEngine().run(sh('id -u; id -g; id -G', { uid: 65534, gid: 12345 }));
  expect(stdout).toBe('65534\n12345\n12345\n');
});

asRoot('what it starts is ended with it', async () => {
  const run = makeEngine().run(sh('setsid sleep 60 & echo ready; wait', { uid: 65534 }));
  for await (const line of run.lines()) if (line === 'ready') await run.cancel();
  expect((await run).termination).toMatchObject({ survivors: [] });
});

asOther('the failed step is named', async () => {
  const error = await executionError(makeEngine().run(exec('/bin/true', [], { uid: 0 })));
  expect(error).toMatchObject({ code: 'ERR_SPAWN_FAILED', syscall: 'setuid' });
});

test.each([
  ['uid', -1],
  ['gid', 1.5],
  ['uid', 2 ** 32 - 1],
])('%s %p is out of range', async (name, value) => {
  await expect(
    makeEngine().execute(exec('/bin/true', [], { [name]: value })),
  ).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
});
