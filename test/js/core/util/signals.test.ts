import type { ExecutionEngine, ExecutionRequest } from 'escher-execution-engine';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { names, nextLine, payloads, record } from '../../support/events';
import { executionError, present, rejection } from '../../support/expectations';
import { processExists, processGroupMembers, processStat } from '../../support/processes';
import { waitFor } from '../../support/wait';

describe('kill', () => {
  test('sends one signal and changes nothing else', async () => {
    const engine = makeEngine();
    const execution = engine.run(
      sh("trap 'echo got it' USR1; echo ready; while ! read word; do :; done; echo $word", {
        stdin: 'pipe',
      }),
    );
    const events = record(execution, ['stdout']);
    await waitFor('the child', () => events.length === 1);
    expect(await engine.kill(execution.id, 'SIGUSR1')).toBe(true);
    await waitFor('the signal', () =>
      payloads(events, 'stdout').some(({ line }) => line === 'got it'),
    );
    expect(await engine.getStatus(execution.id)).toBe('running');
    execution.stdin.end('bye\n');
    expect(await execution).toMatchObject({ status: 'completed', stdout: 'ready\ngot it\nbye\n' });
  });

  test('reaches the whole tree', async () => {
    const engine = makeEngine();
    const inner = `sh -c 'trap "echo inner; exit" USR1; echo ready; while :; do sleep 0.05; done'`;
    const execution = engine.run(sh(`trap 'echo outer' USR1; ${inner} & wait; wait`));
    await nextLine(execution);
    expect(await execution.kill('SIGUSR1')).toBe(true);
    const { stdout, status } = await execution;
    expect(stdout.split('\n').sort()).toEqual(['', 'inner', 'outer', 'ready']);
    expect(status).toBe('completed');
  });

  test('by SIGKILL ends the execution as failed, not as cancelled', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(`${LONG} & echo ready; wait`));
    await nextLine(execution);
    const pid = present(execution.pid);
    expect(await engine.kill(execution.id, 'SIGKILL')).toBe(true);
    expect(await execution).toMatchObject({
      status: 'failed',
      exitCode: null,
      signal: 'SIGKILL',
      error: { code: 'ERR_COMMAND_FAILED' },
    });
    await waitFor('the tree to be gone', () => processGroupMembers(pid).length === 0);
  });

  test('stops and continues', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh('echo ready; read _; echo on', { stdin: 'pipe' }));
    await nextLine(execution);
    const pid = present(execution.pid);
    await execution.kill('SIGSTOP');
    await waitFor('the child to stop', () => processStat(pid)?.state === 'T');
    expect(await engine.getStatus(execution.id)).toBe('running');
    await execution.kill('SIGCONT');
    await waitFor('the child to go on', () => processStat(pid)?.state !== 'T');
    execution.stdin.end();
    expect(await execution).toMatchObject({ status: 'completed', stdout: 'ready\non\n' });
  });

  test('accepts signal numbers; 0 only tests whether the process exists', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(`echo ready; ${LONG}`));
    await nextLine(execution);
    const pid = present(execution.pid);
    expect(await execution.kill(0)).toBe(true);
    expect(processExists(pid)).toBe(true);
    expect(await execution.kill(9)).toBe(true);
    expect(await execution).toMatchObject({ signal: 'SIGKILL' });
  });

  test('sends SIGTERM by default', async () => {
    const engine = makeEngine();
    const execution = engine.run(sh(LONG));
    await new Promise((resolve) => execution.once('started', resolve));
    await execution.kill();
    expect(await execution).toMatchObject({ status: 'failed', signal: 'SIGTERM' });
  });

  test('resolves to false after the end', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh('true'));
    await engine.waitForCompletion(id);
    expect(await engine.kill(id, 'SIGTERM')).toBe(false);
    expect(await engine.kill(id, 0)).toBe(false);
    expect(await engine.getStatus(id)).toBe('completed');
  });

  test('rejects an unknown signal', async () => {
    const engine = makeEngine();
    const id = await engine.execute(sh(LONG));
    for (const signal of [
      'SIGNOPE',
      'TERM ',
      '',
      'SIG33',
      'SIG65',
      'SIG15',
      33,
      65,
      999,
      -1,
      1.5,
    ]) {
      const error = await rejection(engine.kill(id, signal as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({
        code: expect.stringMatching(/^ERR_(UNKNOWN_SIGNAL|INVALID_ARG_VALUE)$/),
      });
    }
    expect(await engine.getStatus(id)).toMatch(/^(pending|running)$/);
  });

  test('rejects an unknown id', async () => {
    const engine = makeEngine();
    const id = '00000000-0000-4000-8000-000000000000';
    expect(await executionError(engine.kill(id, 'SIGTERM'))).toMatchObject({
      code: 'ERR_EXECUTION_NOT_FOUND',
    });
  });
});

describe('kill before the process exists', () => {
  /** Engines that run one execution at a time, and one that waits. */
  async function queued(command: ExecutionRequest) {
    const engine = makeEngine({ maxConcurrentExecutions: 1, maxQueuedExecutions: 1 });
    const first = engine.run(sh('read _', { stdin: 'pipe' }));
    await new Promise((resolve) => first.once('started', resolve));
    const waiting = engine.run(command);
    return { engine, waiting, begin: () => first.stdin.end() };
  }

  test.each([
    [
      'run().kill()',
      (engine: ExecutionEngine) => {
        const run = engine.run(sh(LONG));
        return { id: run.id, killed: run.kill('SIGTERM') };
      },
    ],
    [
      'engine.kill(run().id)',
      (engine: ExecutionEngine) => {
        const { id } = engine.run(sh(LONG));
        return { id, killed: engine.kill(id, 'SIGTERM') };
      },
    ],
  ])('%s right after the call reaches the command', async (_name, start) => {
    const engine = makeEngine();
    for (let round = 0; round < 20; round++) {
      const { id, killed } = start(engine);
      expect(await killed).toBe(true);
      const result = await engine.waitForCompletion(id);
      expect(result).toMatchObject({ status: 'failed', signal: 'SIGTERM', exitCode: null });
    }
  });

  test('engine.kill() right after execute() reaches the command', async () => {
    const engine = makeEngine();
    for (let round = 0; round < 20; round++) {
      const id = await engine.execute(sh(LONG));
      expect(await engine.kill(id, 'SIGTERM')).toBe(true);
      expect(await engine.waitForCompletion(id)).toMatchObject({ signal: 'SIGTERM' });
    }
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGUSR1', 40] as const)(
    '%s ends a queued execution as failed, without a process',
    async (signal) => {
      const { engine, waiting, begin } = await queued(sh('echo ran'));
      const events = record(waiting);
      expect(await engine.kill(waiting.id, signal as NodeJS.Signals)).toBe(true);
      const name = typeof signal === 'number' ? `SIG${signal}` : signal;
      expect(await waiting).toMatchObject({
        status: 'failed',
        signal: name,
        exitCode: null,
        pid: null,
        stdout: '',
        termination: null,
        error: { code: 'ERR_COMMAND_FAILED' },
      });
      expect(names(events)).not.toContain('started');
      expect(await waiting.kill(signal as NodeJS.Signals)).toBe(false);
      begin();
    },
  );

  test('other signals are kept, and delivered at the start', async () => {
    const { engine, waiting, begin } = await queued(exec('sleep', ['60']));
    expect(await waiting.kill('SIGWINCH')).toBe(true);
    expect(await waiting.kill('SIGSTOP')).toBe(true);
    expect(await waiting.kill(0)).toBe(false);
    expect(await engine.getStatus(waiting.id)).toBe('pending');
    begin();
    const stateOf = () => waiting.pid && processStat(waiting.pid)?.state;
    await waitFor('the child to stop', () => stateOf() === 'T');
    await waiting.kill('SIGKILL');
    expect(await waiting).toMatchObject({ status: 'failed', signal: 'SIGKILL' });
  });

  test('the kept signals are delivered in the order of the calls', async () => {
    for (const signals of [
      ['SIGSTOP', 'SIGCONT'],
      ['SIGCONT', 'SIGSTOP'],
    ] as const) {
      const { waiting, begin } = await queued(exec('sleep', ['0.05']));
      for (const signal of signals) expect(await waiting.kill(signal)).toBe(true);
      begin();
      if (signals[1] === 'SIGSTOP') {
        await waitFor('the stop', () => waiting.pid && processStat(waiting.pid)?.state === 'T');
        await waiting.kill('SIGCONT');
      }
      expect((await waiting).status).toBe('completed');
    }
  });

  test('a refused request has no process to signal', async () => {
    const engine = makeEngine();
    const run = engine.run(sh('true', { workingDir: '/nowhere' }));
    expect(await run.kill('SIGTERM')).toBe(false);
    await rejection(run);
  });
});

describe('real-time signals', () => {
  const trapped = 'trap "echo got; exit 0" 37; echo ready; while :; do sleep 0.05; done';

  test('can be sent by number, and by the name that a result has for them', async () => {
    const engine = makeEngine();
    for (const signal of [37, 'SIG37', 'sig37']) {
      const execution = engine.run(sh(trapped));
      await nextLine(execution);
      expect(await execution.kill(signal as NodeJS.Signals)).toBe(true);
      expect(await execution).toMatchObject({ status: 'completed', stdout: 'ready\ngot\n' });
    }
  });

  test('end a command as any signal does', async () => {
    const engine = makeEngine();
    const result = await engine.run(sh('kill -37 $$'));
    expect(result).toMatchObject({ status: 'failed', signal: 'SIG37', exitCode: null });
  });

  test('can be the killSignal of a request and of a configuration', async () => {
    const engine = makeEngine({ killSignal: 37 });
    expect(engine.config.killSignal).toBe(37);
    for (const killSignal of [undefined, 37]) {
      const execution = engine.run(sh(trapped, { killSignal }));
      await nextLine(execution);
      await execution.cancel();
      expect(await execution).toMatchObject({ status: 'cancelled', stdout: 'ready\ngot\n' });
    }
  });
});
