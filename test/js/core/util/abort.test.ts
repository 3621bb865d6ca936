import { runInNewContext } from 'node:vm';
import { LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { rejection } from '../../support/expectations';

/** A signal with the least that a polyfill has. Its events have no fields. */
class PolyfilledSignal {
  aborted = false;
  readonly listeners = new Set<(event?: unknown) => void>();

  addEventListener(_name: string, listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_name: string, listener: () => void): void {
    this.listeners.delete(listener);
  }

  dispatch(): void {
    for (const listener of [...this.listeners]) listener();
  }

  abort(): void {
    this.aborted = true;
    this.dispatch();
  }
}

const asSignal = (signal: PolyfilledSignal) => signal as unknown as AbortSignal;

describe('a polyfilled abort signal', () => {
  test('cancels an execution, and is left when it ends', async () => {
    const engine = makeEngine();
    const signal = new PolyfilledSignal();
    const run = engine.run(sh(LONG), { signal: asSignal(signal) });
    expect(signal.listeners.size).toBe(1);
    signal.abort();
    expect((await run).status).toBe('cancelled');
    expect(signal.listeners.size).toBe(0);
  });

  test('that is aborted starts no process', async () => {
    const engine = makeEngine();
    const signal = new PolyfilledSignal();
    signal.aborted = true;
    const result = await engine.run(sh('true'), { signal: asSignal(signal) });
    expect(result).toMatchObject({ status: 'cancelled', pid: null });
  });

  test('ends a wait', async () => {
    const engine = makeEngine();
    const signal = new PolyfilledSignal();
    const id = await engine.execute(sh(LONG));
    const waiting = rejection(engine.waitForCompletion(id, { signal: asSignal(signal) }));
    signal.abort();
    expect(await waiting).toMatchObject({ code: 'ABORT_ERR', name: 'AbortError' });
    expect(await engine.cancel(id)).toBe(true);
  });

  test('counts by what it is, not by its events', async () => {
    const engine = makeEngine();
    const signal = new PolyfilledSignal();
    const run = engine.run(sh('read -r _', { stdin: 'pipe' }), { signal: asSignal(signal) });
    signal.dispatch();
    run.stdin.end('\n');
    expect((await run).status).toBe('completed');
  });
});

describe('an abort signal that misbehaves', () => {
  /** Aborts while the listener is added: with the event, or silently. */
  class EarlySignal extends PolyfilledSignal {
    constructor(readonly dispatches: boolean) {
      super();
    }

    override addEventListener(name: string, listener: () => void): void {
      super.addEventListener(name, listener);
      if (this.dispatches) this.abort();
      else this.aborted = true;
    }
  }

  test.each([
    ['with its event', true],
    ['without an event', false],
  ])('cancels when it aborts while the listener is added, %s', async (_, dispatches) => {
    const engine = makeEngine();
    const run = engine.run(sh(LONG), { signal: asSignal(new EarlySignal(dispatches)) });
    expect((await run).status).toBe('cancelled');
    const id = await engine.execute(sh(LONG));
    const signal = asSignal(new EarlySignal(dispatches));
    expect(await rejection(engine.waitForCompletion(id, { signal }))).toMatchObject({
      code: 'ABORT_ERR',
    });
    await engine.cancel(id);
  });

  test('ends no host when it keeps its listener', async () => {
    class KeepingSignal extends PolyfilledSignal {
      override removeEventListener(): void {
        throw new Error('not implemented');
      }
    }
    const engine = makeEngine();
    const signal = asSignal(new KeepingSignal());
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    expect((await engine.run(sh('true'), { signal })).status).toBe('completed');
    const id = await engine.execute(sh('true'), { signal });
    expect((await engine.waitForCompletion(id, { signal })).status).toBe('completed');
    await new Promise(setImmediate);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('that takes no listener rejects, and leaves no execution', async () => {
    class DeafSignal extends PolyfilledSignal {
      override addEventListener(): void {
        throw new Error('not implemented');
      }
    }
    const engine = makeEngine();
    const run = engine.run(sh(LONG), { signal: asSignal(new DeafSignal()) });
    expect(await rejection(run)).toMatchObject({ message: 'not implemented' });
    await engine.onIdle();
    const [listed] = await engine.listExecutions();
    expect(listed?.status).toBe('cancelled');
  });
});

test('a real signal counts by what it is, too', async () => {
  const engine = makeEngine();
  const { signal } = new AbortController();
  const run = engine.run(sh('read -r _', { stdin: 'pipe' }), { signal });
  signal.dispatchEvent(new Event('abort'));
  run.stdin.end('\n');
  expect((await run).status).toBe('completed');
});

test.each<[string, unknown]>([
  ['a controller', new AbortController()],
  ['no signal', { aborted: false, addEventListener() {} }],
  ['a state', { aborted: true }],
])('%s is refused', async (_, signal) => {
  const engine = makeEngine();
  expect(await rejection(engine.run(sh('true'), { signal: signal as AbortSignal }))).toMatchObject({
    code: 'ERR_INVALID_ARG_TYPE',
    message: expect.stringContaining(
      '"options.signal" property must be an instance of AbortSignal',
    ),
  });
});

test('a signal of another realm works', async () => {
  const engine = makeEngine();
  const signal = runInNewContext(
    `({ aborted: false, all: [], addEventListener(_, f) { this.all.push(f) }, removeEventListener() {} })`,
  );
  const run = engine.run(sh(LONG), { signal });
  signal.aborted = true;
  for (const listener of signal.all) listener({});
  expect((await run).status).toBe('cancelled');
});
