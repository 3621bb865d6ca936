/** A request costs as much as its own secrets, whatever the engine has. */

import { sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { rejection } from '../../support/expectations';

const secrets = Array.from({ length: 4000 }, (_, at) => `secret-${at}-of-the-engine`);

/** Milliseconds that `work` takes on this thread. */
function timeOf<T>(work: () => T): { ms: number; value: T } {
  const start = performance.now();
  const value = work();
  return { ms: performance.now() - start, value };
}

test('requests with secrets of their own take less time than the secrets of the engine once', async () => {
  const made = timeOf(() => makeEngine({ redact: secrets }));
  const engine = made.value;
  const request = (at: number) =>
    sh('echo "$A $B"', {
      env: { A: secrets[3999], B: `own-secret-${at}` },
      redact: [`own-secret-${at}`],
    });
  const runs = timeOf(() => Array.from({ length: 10 }, (_, at) => engine.run(request(at))));
  expect(runs.ms).toBeLessThan(made.ms);
  for (const run of runs.value) expect((await run).stdout).toBe('*** ***\n');

  await engine.addSecret('added-secret');
  const later = timeOf(() => engine.run(sh('echo "$A"', { env: { A: 'added-secret' } })));
  expect(later.ms).toBeLessThan(made.ms);
  expect((await later.value).stdout).toBe('***\n');
});

test('a message shows neither a secret nor the rest of one that contains another', async () => {
  const engine = makeEngine({ redact: ['hunter2'] });
  await engine.addSecret('hunter2-and-more');
  const error = await rejection(
    engine.execute(sh('true', { killSignal: 'SIG-hunter2-and-more-x' as never })),
  );
  expect(error).toMatchObject({ message: expect.stringContaining('SIG-***-x') });
  expect(String(error)).not.toContain('and-more');
});
