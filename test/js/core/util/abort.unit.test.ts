import { onAbort } from '../../../../lib/core/util/abort';

test('a callback is called once, also by a signal that dispatches again', () => {
  const listeners: (() => void)[] = [];
  const signal = {
    aborted: false,
    addEventListener: (_: string, listener: () => void) => listeners.push(listener),
    removeEventListener: () => listeners.splice(0),
  };
  const callback = jest.fn();
  const stop = onAbort(signal as unknown as AbortSignal, callback);
  signal.aborted = true;
  for (const listener of [...listeners, ...listeners]) listener();
  expect(callback).toHaveBeenCalledTimes(1);
  stop();
  expect(listeners).toEqual([]);
});
