import { type Order, Schedule } from '../../../../lib/plan/run/schedule';

const MANY = 100;

const schedule = (needs: readonly (readonly number[])[], more: Partial<Order> = {}) =>
  new Schedule({ limit: Number.POSITIVE_INFINITY, stopOnError: false, needs, ...more });

const free = (count: number): number[][] => Array.from({ length: count }, () => []);

test('with the limit 1 the steps start one after the other', () => {
  const serial = schedule(free(3), { limit: 1 });
  expect(serial.next(MANY)).toEqual([0]);
  expect(serial.next(MANY)).toEqual([]);
  serial.finish(0, true);
  expect(serial.next(MANY)).toEqual([1]);
  serial.finish(1, true);
  expect(serial.next(MANY)).toEqual([2]);
  expect(serial.isOver).toBe(false);
  serial.finish(2, true);
  expect(serial.isOver).toBe(true);
});

test.each([
  [2, MANY],
  [MANY, 2],
])('with the limit %i, and %i places, two steps run at a time', (limit, places) => {
  const parallel = schedule(free(4), { limit });
  expect(parallel.next(places)).toEqual([0, 1]);
  parallel.finish(1, true);
  expect(parallel.next(places)).toEqual([2]);
  parallel.finish(0, false);
  parallel.finish(2, true);
  expect(parallel.next(places)).toEqual([3]);
});

test('with stopOnError nothing starts after a failure, and what runs goes on', () => {
  const parallel = schedule(free(4), { limit: 2, stopOnError: true });
  parallel.next(MANY);
  expect(parallel.finish(0, false)).toEqual([2, 3]);
  expect(parallel.next(MANY)).toEqual([]);
  expect(parallel.isOver).toBe(false);
  expect(parallel.finish(1, true)).toEqual([]);
  expect(parallel.isOver).toBe(true);
});

test('a step starts when all that it needs has succeeded', () => {
  const graph = schedule([[1, 2], [], [1], []]);
  expect(graph.next(MANY)).toEqual([1, 3]);
  graph.finish(3, true);
  expect(graph.next(MANY)).toEqual([]);
  graph.finish(1, true);
  expect(graph.next(MANY)).toEqual([2]);
  graph.finish(2, true);
  expect(graph.next(MANY)).toEqual([0]);
});

test('the dependents of a failed step are skipped, also indirect ones, and others go on', () => {
  const graph = schedule([[], [0], [1], [], [3], [4, 2]]);
  expect(graph.next(1)).toEqual([0]);
  expect(graph.finish(0, false)).toEqual([1, 2, 5]);
  expect(graph.next(MANY)).toEqual([3]);
  graph.finish(3, true);
  expect(graph.next(MANY)).toEqual([4]);
  graph.finish(4, true);
  expect(graph.isOver).toBe(true);
});

test('after a stop nothing starts', () => {
  const parallel = schedule(free(3), { limit: 1 });
  parallel.next(MANY);
  expect(parallel.stop()).toEqual([1, 2]);
  expect(parallel.stop()).toEqual([]);
  expect(parallel.next(MANY)).toEqual([]);
  expect(parallel.finish(0, false)).toEqual([]);
  expect(parallel.isOver).toBe(true);
});

test('random graphs end, each step after all that it needs', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 300; round++) {
    const needs = Array.from({ length: 1 + random(12) }, (_, step) => {
      const needed = Array.from({ length: random(4) }, () => random(step + 1));
      return [...new Set(needed)].filter((index) => index !== step);
    });
    const limit = 1 + random(4);
    const graph = schedule(needs, { limit, stopOnError: random(5) === 0 });
    const succeeded = new Set<number>();
    const ends = new Set<number>();
    const running: number[] = [];
    while (!graph.isOver) {
      running.push(...graph.next(MANY));
      expect(running.length).toBeGreaterThan(0);
      expect(running.length).toBeLessThanOrEqual(limit);
      const [step] = running.splice(random(running.length), 1) as [number];
      expect((needs[step] ?? []).every((index) => succeeded.has(index))).toBe(true);
      const isSuccess = random(4) > 0;
      if (isSuccess) succeeded.add(step);
      for (const end of [step, ...graph.finish(step, isSuccess)]) {
        expect(ends.has(end)).toBe(false);
        ends.add(end);
      }
    }
    expect(running).toEqual([]);
    expect(ends.size).toBe(needs.length);
  }
});
