import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { zombieChildren } from '../../support/processes';
import { waitFor } from '../../support/wait';

const viaNode = promisify(execFile);

/** Runs `count` jobs, `width` of them at a time. */
async function inParallel<T>(
  count: number,
  width: number,
  job: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await job(index);
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}

describe('node:child_process in the same process, at the same time', () => {
  test.each([1, 4])('completes, and so does the engine with %d io threads', async (ioThreads) => {
    const engine = makeEngine({ ioThreads, maxConcurrentExecutions: 16 });
    const expected = (index: number) =>
      Array.from({ length: 200 }, (_, offset) => `${index + offset}\n`).join('');
    const words = (index: number) => [`${index}`, `${index + 199}`];
    const [ours, theirs] = await Promise.all([
      inParallel(300, 16, async (index) => (await engine.run(exec('seq', words(index)))).stdout),
      inParallel(150, 8, async (index) => (await viaNode('seq', words(index))).stdout),
    ]);
    ours.forEach((stdout, index) => {
      expect(stdout).toBe(expected(index));
    });
    theirs.forEach((stdout, index) => {
      expect(stdout).toBe(expected(index));
    });
    await waitFor('all to be reaped', () => zombieChildren().length === 0);
  });

  test('both get their own exit codes and signals', async () => {
    const engine = makeEngine();
    const [ours, theirs] = await Promise.all([
      inParallel(60, 10, async (index) => (await engine.run(sh(`exit ${index}`))).exitCode),
      inParallel(60, 10, async (index) => {
        const child = spawn('/bin/sh', ['-c', `exit ${100 + index}`]);
        return (await once(child, 'exit'))[0] as number;
      }),
    ]);
    expect(ours).toEqual(Array.from({ length: 60 }, (_, index) => index));
    expect(theirs).toEqual(Array.from({ length: 60 }, (_, index) => 100 + index));

    const child = spawn('sleep', ['60']);
    const execution = engine.run(exec('sleep', ['60']));
    await new Promise((resolve) => execution.once('started', resolve));
    await execution.kill('SIGUSR1');
    child.kill('SIGUSR2');
    expect((await once(child, 'exit'))[1]).toBe('SIGUSR2');
    expect((await execution).signal).toBe('SIGUSR1');
  });

  test('neither holds the pipes of the other open', async () => {
    const engine = makeEngine();
    // Each child is launched while children of the other kind are launched; if one of those inherited its pipe, its
    // stdin would have no end and it would never finish.
    await Promise.all([
      inParallel(60, 8, async (index) => {
        const result = await engine.run(sh('cat', { input: `ours ${index}` }));
        expect(result).toMatchObject({ stdout: `ours ${index}`, outputIncomplete: false });
      }),
      inParallel(60, 8, async (index) => {
        const child = spawn('cat');
        child.stdin.end(`theirs ${index}`);
        let text = '';
        for await (const chunk of child.stdout) text += chunk;
        expect(text).toBe(`theirs ${index}`);
      }),
    ]);
  });
});

test('engines in one process do not disturb each other', async () => {
  const engines = [1, 2, 4].map((ioThreads) => makeEngine({ ioThreads }));
  const runs = engines.flatMap((engine, which) =>
    Array.from({ length: 20 }, async (_, index) => {
      const { stdout } = await engine.run(sh(`echo ${which} ${index}`));
      expect(stdout).toBe(`${which} ${index}\n`);
      return (await engine.listExecutions()).length;
    }),
  );
  await Promise.all(runs);
  for (const engine of engines) expect(await engine.listExecutions()).toHaveLength(20);
});
