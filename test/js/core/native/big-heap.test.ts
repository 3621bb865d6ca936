import { reportOf } from '../../support/hosts';

interface Delays {
  launches: number;
  maxMs: number;
  p99Ms: number;
  perLaunchMs: number;
}

test('with 1 GiB in the host, launching blocks the event loop less than child_process', async () => {
  const { engine, node } = await reportOf<{ engine: Delays; node: Delays }>('big-heap.cjs', {
    guardMs: 120_000,
  });
  expect(engine.launches).toBe(500);
  // Measured in the same run, on the same machine with the same neighbours: a few milliseconds against a second or two.
  expect(engine.maxMs).toBeLessThan(node.maxMs / 10);
  expect(engine.perLaunchMs).toBeLessThan(node.perLaunchMs / 4);
}, 120_000);
