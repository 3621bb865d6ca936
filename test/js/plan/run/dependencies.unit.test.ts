import { circleIn, neededSteps } from '../../../../lib/plan/run/dependencies';

const NAMES = ['build', 'test', undefined, '0'];
const PATH = 'plan.strategy.dependencies';

const needs = (dependencies: unknown, names: (string | undefined)[] = NAMES) =>
  neededSteps(PATH, dependencies, names);

test.each([
  ['names', { test: ['build'] }, [[], [0], [], []]],
  ['indexes', { 1: [0], 2: ['1'] }, [[], [0], [1], []]],
  ['a name before an index', { test: ['0'] }, [[], [3], [], []]],
  ['a number that is no name', { test: [0] }, [[], [0], [], []]],
  ['the same step twice', { test: ['build', 0], 1: [2] }, [[], [2, 0], [], []]],
  ['nothing', {}, [[], [], [], []]],
])('%s', (_name, dependencies, expected) => {
  expect(needs(dependencies)).toEqual(expected);
});

test.each([
  [
    { deploy: [] },
    /there is no command 'deploy'. It must be one of: an index from 0 to 3, 'build'/,
  ],
  [{ test: ['deploy'] }, /"plan.strategy.dependencies.test": there is no command 'deploy'/],
  [{ test: [4] }, /there is no command 4/],
  [{ '00': ['build'] }, /there is no command '00'/],
  [{ test: ['01'] }, /there is no command '01'/],
  [{ test: [' 1'] }, /there is no command ' 1'/],
  [{ test: ['-0'] }, /there is no command '-0'/],
  [{ test: [-1] }, /there is no command -1/],
  [{ test: [null] }, /there is no command null/],
  [{ test: ['test'] }, /test depends on itself/],
  [{ 1: [1] }, /test depends on itself/],
  [{ build: ['test'], test: [2], 2: ['build'] }, /has a cycle: build -> test -> 2 -> build/],
])('%p is refused', (dependencies, message) => {
  expect(() => needs(dependencies)).toThrow(
    expect.objectContaining({
      code: 'ERR_VALIDATION',
      reason: 'INVALID_DEPENDENCY_GRAPH',
      message: expect.stringMatching(message),
    }),
  );
});

test.each([
  [undefined, /must be of type object/],
  [new Map(), /Object.fromEntries/],
  [{ test: 'build' }, /"plan.strategy.dependencies.test" property must be an instance of Array/],
])('%p has the wrong type', (dependencies, message) => {
  expect(() => needs(dependencies)).toThrow(message);
});

describe('a message about a large plan', () => {
  const names = Array.from({ length: 5000 }, (_, at) => `step-${at}`);
  const message = (dependencies: object) => {
    try {
      needs(dependencies, names);
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing was thrown';
  };

  test('shows both ends of a cycle, and how many commands it has', () => {
    const circle = Object.fromEntries(names.map((_, at) => [at, [(at + 1) % names.length]]));
    expect(message(circle)).toBe(
      'Validation error: "plan.strategy.dependencies" has a cycle of 5000 commands: ' +
        'step-0 -> step-1 -> step-2 -> step-3 -> step-4 -> ... 4991 more ... -> ' +
        'step-4996 -> step-4997 -> step-4998 -> step-4999 -> step-0',
    );
  });

  test('lists some names, and how many more there are', () => {
    expect(message({ other: [] })).toMatch(/'step-9', 4990 more names$/);
  });
});

test('a cycle at the end of a path is reported without the path', () => {
  expect(circleIn([[1], [2], [3], [1]])).toEqual([1, 2, 3, 1]);
});

test('a chain that is longer than the stack has no cycle', () => {
  const last = 50_000;
  const chain = Array.from({ length: last + 1 }, (_, step) => (step < last ? [step + 1] : []));
  expect(circleIn(chain)).toBe(undefined);
});

test('two paths to the same step are not a cycle', () => {
  expect(circleIn([[1, 2], [3], [3], []])).toBe(undefined);
});
