import { sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { type AnyPayload, EVENTS, record } from '../../support/events';

const keysOf = (recorded: { event: string; payload: AnyPayload }[]) =>
  new Set(recorded.map(({ payload }) => payload.key));

describe('the key of an execution', () => {
  test('is in every event and in the result', async () => {
    const engine = makeEngine();
    const events = record(engine);
    const run = engine.run(
      sh('printf "\\033]9;4;1;50\\007"; echo out; echo err >&2; stty -echo; stty echo', {
        key: 'state-1',
        pty: true,
        progress: true,
      }),
    );
    const own = record(run);
    expect((await run).key).toBe('state-1');
    const failed = await engine.run(sh('echo e >&2; exit 1', { key: 'state-1' }));
    expect(failed.key).toBe('state-1');
    const cancelled = await engine.run(sh('true', { key: 'state-1' }), {
      signal: AbortSignal.abort(),
    });
    expect(cancelled).toMatchObject({ status: 'cancelled', key: 'state-1' });
    expect(new Set(events.map(({ event }) => event)).size).toBeGreaterThan(8);
    expect(keysOf(events)).toEqual(new Set(['state-1']));
    expect(keysOf(own)).toEqual(new Set(['state-1']));
  });

  test('is null in every event without one', async () => {
    const engine = makeEngine();
    const events = record(engine);
    await engine.run(sh('echo out; echo err >&2'));
    expect(keysOf(events)).toEqual(new Set([null]));
  });

  test('is redacted in events', async () => {
    const engine = makeEngine({ redact: ['hunter22'] });
    const events = record(engine);
    await engine.run(sh('echo out', { key: 'db-hunter22' }));
    expect(keysOf(events)).toEqual(new Set(['db-***']));
  });

  test('has no effect through a polluted prototype', async () => {
    const engine = makeEngine();
    const events = record(engine);
    Object.defineProperty(Object.prototype, 'key', {
      value: 'planted',
      configurable: true,
      writable: true,
    });
    try {
      expect((await engine.run(sh('echo out'))).key).toBeNull();
    } finally {
      delete (Object.prototype as { key?: unknown }).key;
    }
    expect(keysOf(events)).toEqual(new Set([null]));
    expect(EVENTS.length).toBeGreaterThan(0);
  });
});
