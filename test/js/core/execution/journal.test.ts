import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { nextLine } from '../../support/events';
import { startHost } from '../../support/hosts';
import { processExists } from '../../support/processes';
import { tempDir } from '../../support/temp';

interface Interrupted {
  id: string;
  pid: number;
  daemon: number;
}

/** A host that is killed while one execution of its two is running. */
async function killedHost(journalDir: string, logDir: string): Promise<Interrupted> {
  const host = startHost('journal.cjs', { args: [journalDir, logDir] });
  const [line] = await host.line(/^\{.*\}$/m);
  host.end();
  await host.ended;
  return JSON.parse(line) as Interrupted;
}

test('reports to the next engine, once, what the death of a host interrupted', async () => {
  const journalDir = join(tempDir(), 'journal');
  const interrupted = await killedHost(journalDir, tempDir());
  const engine = makeEngine({ journalDir });
  const recovered = await engine.recovered;
  expect(recovered).toMatchObject([
    {
      executionId: interrupted.id,
      status: 'interrupted',
      pid: interrupted.pid,
      metadata: { title: 'a long one' },
      logTruncated: false,
      survivors: [],
    },
  ]);
  expect(recovered[0]?.command).toContain('setsid');
  expect(recovered[0]?.log).toContain(String(interrupted.daemon));
  expect(processExists(interrupted.pid)).toBe(false);
  expect(processExists(interrupted.daemon)).toBe(false);
  expect(await makeEngine({ journalDir }).recovered).toEqual([]);
});

test('two engines share a directory without interference', async () => {
  const journalDir = tempDir();
  const one = makeEngine({ journalDir });
  const execution = one.run(sh(`echo ready; ${LONG}`));
  await nextLine(execution);
  expect(await makeEngine({ journalDir }).recovered).toEqual([]);
  expect(await one.getStatus(execution.id)).toBe('running');
  await execution.cancel();
  expect((await execution).status).toBe('cancelled');
});

test('is private, and removed when nothing is left to recover', async () => {
  const journalDir = join(tempDir(), 'journal');
  const engine = makeEngine({ journalDir });
  await engine.run(sh('true'));
  expect(statSync(journalDir).mode & 0o777).toBe(0o700);
  expect(readdirSync(journalDir)).toHaveLength(1);
  expect((await engine.stats()).journalError).toBeNull();
  await engine.shutdown();
  expect(readdirSync(journalDir)).toEqual([]);
});

test('without a directory there is nothing to recover', async () => {
  expect(await makeEngine().recovered).toEqual([]);
});

test('an impossible directory is rejected when the engine is created', () => {
  const file = join(tempDir(), 'file');
  writeFileSync(file, '');
  expect(() => makeEngine({ journalDir: join(file, 'below') })).toThrow(
    expect.objectContaining({
      code: 'ERR_IO',
      syscall: 'mkdir',
      path: join(file, 'below'),
      message: expect.stringMatching(
        /: "journalDir" must be a directory in which files can be created$/,
      ),
    }),
  );
  expect(existsSync(file)).toBe(true);
});
