import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { exec, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { waitFor } from '../../support/wait';

const descriptors = (): string[] => readdirSync('/proc/self/fd').sort();

test('200 terminals leave no descriptor', async () => {
  const engine = makeEngine({ maxQueuedExecutions: Number.POSITIVE_INFINITY });
  await engine.run(sh('true', { pty: true }));
  const before = descriptors().length;
  const runs = Array.from({ length: 200 }, (_, i) => engine.run(sh(`echo ${i}`, { pty: true })));
  const results = await Promise.all(runs);
  expect(results.map(({ stdout }) => stdout)).toEqual(runs.map((_, i) => `${i}\r\n`));
  await waitFor('all descriptors to be closed', () => descriptors().length <= before);
});

test('a flood of 20 MB reaches a slow reader whole, in spite of resizes', async () => {
  const engine = makeEngine({ maxPendingEventBytes: 256 * 1024 });
  const count = 2_700_000;
  const run = engine.run(exec('seq', ['1', String(count)], { pty: true }));
  let [next, wrong, turns] = [1, 0, 0];
  for await (const { lines, partial } of run.batches()) {
    // `seq` writes whole lines; only a piece that was flushed early is partial.
    for (const [i, line] of lines.entries()) {
      if (partial && i === lines.length - 1) continue;
      if (line !== String(next) && !String(next).endsWith(line)) wrong++;
      next++;
    }
    if (turns++ % 50 === 0) await run.resize({ cols: 80 + (turns % 100), rows: 24 });
  }
  expect({ next, wrong }).toEqual({ next: count + 1, wrong: 0 });
  const result = await run;
  expect(result).toMatchObject({ status: 'completed', outputIncomplete: false });
  expect(result.stdoutBytes).toBeGreaterThan(20_000_000);
});

test('a descendant that holds the terminal delays the end by drainGraceMs', async () => {
  const engine = makeEngine({ drainGraceMs: 50 });
  const run = engine.run(sh("trap '' HUP; setsid sleep 60 & echo $!", { pty: true }));
  const result = await run;
  expect(result).toMatchObject({ status: 'completed', outputIncomplete: true });
  process.kill(Number(result.stdout), 'SIGKILL');
});

test('input of a megabyte reaches a program that reads slowly', async () => {
  const engine = makeEngine();
  const line = `${'x'.repeat(99)}\n`;
  const script = 'stty -echo; echo ready; sleep 0.2; wc -c';
  const run = engine.run(sh(script, { pty: true }));
  await once(run as never, 'stdout');
  run.stdin.end(line.repeat(10_000));
  expect((await run).stdout).toBe('ready\r\n1000000\r\n');
});
