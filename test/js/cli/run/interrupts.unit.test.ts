import type { Execution } from 'escher-execution-engine';
import { Interrupts } from '../../../../lib/cli/run/interrupts';

/** An execution that records the calls. */
function fakeExecution() {
  const calls: string[] = [];
  const execution = {
    cancel: async () => calls.push('cancel'),
    kill: async (signal: string) => calls.push(signal),
  };
  return { calls, execution: execution as unknown as Execution };
}

let interrupts: Interrupts | undefined;

afterEach(() => {
  interrupts?.stop();
  jest.restoreAllMocks();
});

test('the first signal cancels, a second one kills, a third one exits', () => {
  const { calls, execution } = fakeExecution();
  interrupts = new Interrupts(execution, (signal) => calls.push(signal));
  expect(interrupts.exitCode).toBeUndefined();
  process.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['cancel', 'SIGINT']);
  process.emit('SIGTERM', 'SIGTERM');
  expect(calls).toEqual(['cancel', 'SIGINT', 'SIGKILL']);
  expect(interrupts.exitCode).toBe(130);
  const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  process.emit('SIGINT', 'SIGINT');
  expect(exit).toHaveBeenCalledWith(130);
});

test('the same signal counts once within 50 ms, because npm forwards signals of the terminal', () => {
  const { calls, execution } = fakeExecution();
  interrupts = new Interrupts(execution, () => undefined);
  process.emit('SIGINT', 'SIGINT');
  process.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['cancel']);
});

test('a key that is held down counts again after 50 ms', () => {
  const { calls, execution } = fakeExecution();
  interrupts = new Interrupts(execution, () => undefined);
  let now = 1000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  for (; now < 1049; now += 10) process.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['cancel']);
  process.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['cancel', 'SIGKILL']);
});

test('stop removes all listeners', () => {
  interrupts = new Interrupts(fakeExecution().execution, () => undefined);
  interrupts.stop();
  expect(process.listenerCount('SIGHUP')).toBe(0);
});
