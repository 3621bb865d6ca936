import { randomUUID } from 'node:crypto';
import { reportOf, runHost, startHost } from '../../support/hosts';
import { MARK, processesMarked } from '../../support/processes';
import { waitFor } from '../../support/wait';

/** What a crash of the native part would leave behind. */
const CRASH =
  /terminate called|Assertion|FATAL ERROR|Segmentation|core dumped|Aborted|AddressSanitizer/;

let mark: string;

beforeEach(() => {
  mark = randomUUID();
});

const marked = () => ({ [MARK]: mark });
const noChildLeft = () =>
  waitFor('the children to be gone', () => processesMarked(mark).length === 0);

describe('process.exit() with work in flight', () => {
  test.each(['stdout', 'output', 'started', 'settled'])('in a listener for %s', async (event) => {
    const { code, signal, stderr } = await runHost('exit.cjs', { args: [event], env: marked() });
    expect({ code, signal, stderr }).toEqual({ code: 7, signal: null, stderr: '' });
    await noChildLeft();
  });

  test.each(['main', 'pending', 'shutdown'])('from the main program: %s', async (moment) => {
    const { code, signal, stderr } = await runHost('exit.cjs', { args: [moment], env: marked() });
    expect({ code, signal, stderr }).toEqual({ code: 7, signal: null, stderr: '' });
    await noChildLeft();
  });

  test('ends the whole trees, also those that ignore SIGTERM', async () => {
    const { code, signal } = await runHost('exit.cjs', { args: ['stubborn'], env: marked() });
    expect({ code, signal }).toEqual({ code: 7, signal: null });
    await noChildLeft();
  });
});

describe('the end of a host', () => {
  test('by an uncaught error', async () => {
    const { code, signal, stderr } = await runHost('exit.cjs', { args: ['throw'], env: marked() });
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(stderr).toContain('Error: uncaught here');
    expect(stderr).not.toMatch(CRASH);
    await noChildLeft();
  });

  test('by an unhandled rejection', async () => {
    const { code, stderr } = await runHost('exit.cjs', { args: ['reject'], env: marked() });
    expect(code).toBe(1);
    expect(stderr).toContain('rejected here');
    expect(stderr).not.toMatch(CRASH);
    await noChildLeft();
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGABRT'] as const)(
    'by %s takes its direct children with it',
    async (signal) => {
      const host = startHost('direct-children.cjs', { env: marked() });
      await host.line(/^ready$/m);
      // The host and its children; a child that is just being executed has no environment yet.
      await waitFor('all of them', () => processesMarked(mark).length === 1 + 20);
      host.child.kill(signal);
      expect((await host.ended).signal).toBe(signal);
      await noChildLeft();
    },
  );
});

describe('workers', () => {
  test('50 that are terminated while output streams', async () => {
    const { code, signal, stdout, stderr } = await runHost('workers.cjs', {
      args: ['terminate', '50'],
      env: marked(),
      guardMs: 120_000,
    });
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ workers: 50, streamed: 50, fine: 'fine\n' });
    await noChildLeft();
  });

  test('that exit in a listener', async () => {
    const { code, signal, stdout, stderr } = await runHost('workers.cjs', {
      args: ['exit', '20'],
      env: marked(),
      guardMs: 120_000,
    });
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ workers: 20, codes: [7], fine: 'fine\n' });
    await noChildLeft();
  });

  test('that end by themselves, each with its own engine', async () => {
    const report = await reportOf<object>('workers.cjs', { args: ['work', '8'], env: marked() });
    expect(report).toMatchObject({ workers: 8, streamed: 8, codes: [0], fine: 'fine\n' });
    await noChildLeft();
  });

  test('leave no thread and no descriptor behind', async () => {
    const report = await reportOf<{ threads: number; descriptors: number }>('workers.cjs', {
      args: ['terminate', '10'],
      env: marked(),
    });
    expect(report).toMatchObject({ threads: 0, descriptors: 0 });
  });
});

describe('the lifetime of the process', () => {
  test('ends when nothing runs, with or without shutdown()', async () => {
    const { code, signal, stdout } = await runHost('alive.cjs', { args: ['idle'] });
    expect({ code, signal, stdout }).toEqual({ code: 0, signal: null, stdout: 'made\nexit\n' });
  });

  test('lasts as long as an execution, awaited or not', async () => {
    const { stdout } = await runHost('alive.cjs', { args: ['busy'] });
    expect(stdout).toBe('made\ncompleted 0\nexit\n');
  });

  test('lasts as long as an execution is queued', async () => {
    const { stdout } = await runHost('alive.cjs', { args: ['queued'] });
    expect(stdout).toBe('made\ncompleted 0\ncompleted 0\nexit\n');
  });

  test('does not depend on an unref()ed engine, whose children are ended', async () => {
    const { code, signal, stdout } = await runHost('alive.cjs', { args: ['unref'], env: marked() });
    expect({ code, signal, stdout }).toEqual({ code: 0, signal: null, stdout: 'made\nexit\n' });
    await noChildLeft();
  });

  test('depends on it again after ref()', async () => {
    const { stdout } = await runHost('alive.cjs', { args: ['ref'] });
    expect(stdout).toBe('made\ncompleted 0\nexit\n');
  });
});
