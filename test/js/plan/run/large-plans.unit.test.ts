import { neededSteps } from '../../../../lib/plan/run/dependencies';
import { IndexHeap } from '../../../../lib/plan/run/index-heap';
import { Schedule } from '../../../../lib/plan/run/schedule';
import { countedReads } from '../../support/counted-reads';

const STEPS = 10_000;
const MANY = Number.POSITIVE_INFINITY;

/** The reads of the list of needs for each step, when the steps run to their end. */
function readsPerStep(needs: readonly (readonly number[])[], limit: number): number {
  const { items, reads } = countedReads(needs);
  const schedule = new Schedule({ limit, stopOnError: false, needs: items });
  let ended = 0;
  const running: number[] = schedule.next(MANY);
  for (let step = running.shift(); step !== undefined; step = running.shift()) {
    schedule.finish(step, true);
    ended++;
    running.push(...schedule.next(MANY));
  }
  expect(schedule.isOver).toBe(true);
  expect(ended).toBe(STEPS);
  return reads() / STEPS;
}

/** Each step needs the one after it, so that all but one are blocked from the first to the last. */
const chain = Array.from({ length: STEPS }, (_, step) => (step + 1 < STEPS ? [step + 1] : []));
const free = chain.map((): number[] => []);
const star = chain.map((_, step) => (step === STEPS - 1 ? [] : [STEPS - 1]));

test.each([
  ['a chain that begins with the last', chain, MANY],
  ['steps without order, one at a time', free, 1],
  ['steps that all need the last', star, 4],
])('the work for 10 000 steps grows with their number: %s', (_name, needs, limit) => {
  expect(readsPerStep(needs, limit)).toBeLessThan(10);
});

test('the end of a plan is known without a look at its steps', () => {
  const schedule = new Schedule({ limit: 1, stopOnError: true, needs: free });
  const includes = jest.spyOn(Array.prototype, 'includes');
  try {
    expect(schedule.isOver).toBe(false);
    expect(includes).not.toHaveBeenCalled();
  } finally {
    includes.mockRestore();
  }
});

test('the names of 10 000 steps are looked up without a search', () => {
  const { items, reads } = countedReads(chain.map((_, step) => `step ${step}`));
  const dependencies = Object.fromEntries(
    chain.slice(1).map((_, step) => [`step ${step}`, [`step ${step + 1}`]]),
  );
  expect(neededSteps('dependencies', dependencies, items)).toEqual(chain);
  expect(reads() / STEPS).toBeLessThan(10);
});

test('a failure of the first of 200 000 steps skips the others', () => {
  const needs = Array.from({ length: 200_000 }, (_, step) => (step === 0 ? [] : [0]));
  const schedule = new Schedule({ limit: 1, stopOnError: false, needs });
  expect(schedule.next(1)).toEqual([0]);
  expect(schedule.finish(0, false)).toHaveLength(199_999);
  expect(schedule.isOver).toBe(true);
});

test('a heap returns the lowest index first', () => {
  const heap = new IndexHeap();
  const taken: number[] = [];
  const take = () => {
    if (heap.lowest !== undefined) taken.push(heap.lowest);
    heap.removeLowest();
  };
  for (const index of [5, 3, 8, 1, 9, 2]) heap.add(index);
  take();
  take();
  heap.add(0);
  for (let rest = 0; rest < 6; rest++) take();
  expect(taken).toEqual([1, 2, 0, 3, 5, 8, 9]);
});
