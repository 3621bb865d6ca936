import type { Execution } from 'escher-execution-engine';
import { Interrupts } from '../../../../lib/cli/run/interrupts';

/** An execution that records the calls. */
function fakeExecution() {
  const calls: string[] = [];
  const execution = { cancel: async () => calls.push('cancel') };
  return { calls, execution: execution as unknown as Execution };
}

let interrupts: Interrupts | undefined;

afterEach(() => {
  interrupts?.stop();
  jest.restoreAllMocks();
});

test('the first signal cancels, a second one again, a third one exits', () => {
  const { calls, execution } = fakeExecution();
  interrupts = new Interrupts(execution, 1, (signal) => calls.push(signal));
  expect(interrupts.exitCode).toBeUndefined();
  process.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['cancel', 'SIGINT']);
  process.emit('SIGTERM', 'SIGTERM');
  expect(calls).toEqual(['cancel', 'SIGINT', 'cancel']);
  expect(interrupts.exitCode).toBe(130);
  const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  process.emit('SIGINT', 'SIGINT');
  expect(exit).toHaveBeenCalledWith(130);
});

test('there is one signal for each step, and one for SIGKILL', () => {
  const { calls, execution } = fakeExecution();
  const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  interrupts = new Interrupts(execution, 3, () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGINT', 'SIGTERM'] as const)
    process.emit(signal, signal);
  expect(calls).toHaveLength(4);
  expect(exit).not.toHaveBeenCalled();
  process.emit('SIGINT', 'SIGINT');
  expect(exit).toHaveBeenCalledWith(130);
});

test('the same signal counts once within 50 ms, because npm forwards signals of the terminal', () => {
  const { calls, execution } = fakeExecution();
  interrupts = new Interrupts(execution, 1, () => undefined);
  process.emit('SIGINT', 'SIGINT');
  process.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['cancel']);
});

test('a key that is held down counts again after 50 ms', () => {
  const { calls, execution } = fakeExecution();
  interrupts = new Interrupts(execution, 1, () => undefined);
  let now = 1000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  for (; now < 1049; now += 10) process.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['cancel']);
  process.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['cancel', 'cancel']);
});

test('stop removes all listeners', () => {
  interrupts = new Interrupts(fakeExecution().execution, 1, () => undefined);
  interrupts.stop();
  expect(process.listenerCount('SIGHUP')).toBe(0);
});
