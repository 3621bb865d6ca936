import { drawIdsFrom, randomId } from '../../../../lib/core/util/random-id';
import { makeEngine } from '../../support/engine';

const UUID4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** More than one call of the source gives. */
const some = (): string[] => Array.from({ length: 100 }, randomId);

test('ids are different UUIDs of version 4', () => {
  const ids = some();
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(UUID4);
});

test('ids are taken from the source one by one', () => {
  const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(36));
  const draws = [texts.slice(0, 2), texts.slice(2)];
  drawIdsFrom(() => (draws.shift() as string[]).join(''));
  expect([randomId(), randomId(), randomId(), randomId()]).toEqual(texts);
});

test('the ids of an engine are different UUIDs of version 4', async () => {
  const engine = makeEngine();
  const request = { command: { type: 'shell', command: 'exit' } } as const;
  const ids = Array.from({ length: 100 }, () => engine.run(request).id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(UUID4);
  await engine.onIdle();
});
