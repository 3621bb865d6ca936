import type { ExecutionRequest } from 'escher-execution-engine';
import type { PagePlanCallbacks, PlanSettledEvent } from 'escher-execution-engine/electron';
import { type ExecutionPlan, executePlan } from 'escher-execution-engine/plan';
import { exec, sh } from '../../support/commands';
import { rejection } from '../../support/expectations';
import { oneWindow, refused, twoWindows } from '../../support/exposed-engine';
import { waitFor } from '../../support/wait';

const serial = (...commands: ExecutionPlan['commands'][number][]): ExecutionPlan => ({
  strategy: { type: 'serial' },
  commands,
});

/** Ends by the call, or by the end of the test. */
const long = (name: string) => ({
  name,
  ...sh('sleep 1000'),
});

/** All events of a plan in the order of their arrival. */
function recorder(): {
  received: string[];
  ends: PlanSettledEvent[];
  callbacks: PagePlanCallbacks;
} {
  const received: string[] = [];
  const ends: PlanSettledEvent[] = [];
  const callbacks: PagePlanCallbacks = {
    onStepStarted: ({ name }) => received.push(`start ${name}`),
    onStepFinished: ({ name, status }) => received.push(`${status} ${name}`),
    onStepRetrying: ({ name, attempt }) => received.push(`retry ${name} ${attempt}`),
    onProgress: ({ completed, total }) => received.push(`${completed}/${total}`),
    onLines: (lines) => received.push(...lines.map(({ name, line }) => `${name}: ${line}`)),
    onSettled: (event) => ends.push(event),
  };
  return { received, ends, callbacks };
}

describe('a plan of a page', () => {
  test('runs with its events and lines, and ends after all lines', async () => {
    const { page } = oneWindow({}, { executePlan });
    const { received, ends, callbacks } = recorder();
    const plan = {
      ...serial({ name: 'a', ...sh('echo one') }, { name: 'b', ...sh('echo two >&2') }),
      id: 'p',
    };
    const run = await page.executePlan(plan, callbacks);
    expect(run.id).toBe('p');
    expect(await run.result()).toMatchObject({
      planId: 'p',
      status: 'completed',
      results: [{ stdout: 'one\n' }, { stderr: 'two\n' }],
    });
    await waitFor('the end', () => ends.length === 1);
    expect(ends).toMatchObject([{ planId: 'p', status: 'completed', stats: { completed: 2 } }]);
    expect(received.filter((text) => text.includes(':'))).toEqual(['a: one', 'b: two']);
    expect(received.filter((text) => !text.includes(':'))).toEqual([
      'start a',
      '0/2',
      'completed a',
      '1/2',
      'start b',
      '1/2',
      'completed b',
      '2/2',
    ]);
  });

  test('its steps are executions of its window', async () => {
    const { one, two } = twoWindows({ executePlan });
    const { received, callbacks } = recorder();
    const run = await one.page.executePlan({ ...serial(long('a')), id: 'p' }, callbacks);
    await waitFor('the start', () => received.includes('start a'));
    expect(await one.page.listExecutions({ tag: 'plan=p' })).toMatchObject([{ status: 'running' }]);
    expect(await two.page.listExecutions()).toEqual([]);
    expect(await run.cancel()).toBe(true);
    expect(await run.result()).toMatchObject({ status: 'cancelled', stats: { cancelled: 1 } });
    expect(await run.cancel()).toBe(false);
  });

  test('is retried, with patterns only if the app accepts them', async () => {
    const command = { name: 'a', ...sh('echo busy; exit 1') };
    const retry = { attempts: 2, delayMs: 0, on: ['exit' as const], output: 'busy' };
    const { page, engine } = oneWindow({}, { executePlan });
    expect(await rejection(page.executePlan(serial({ ...command, retry })))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(
        /'?retry.output'?.* is not accepted: .*"allowProgressPatterns"/,
      ),
    });
    expect(await engine.listExecutions()).toEqual([]);
    const accepting = oneWindow({}, { executePlan, allowProgressPatterns: true });
    const { received, ends, callbacks } = recorder();
    await accepting.page.executePlan(serial({ ...command, retry }), callbacks);
    await waitFor('the end', () => ends.length === 1);
    expect(received).toContain('retry a 1');
  });

  test('that is invalid rejects its result, and nothing starts', async () => {
    const { page, engine } = oneWindow({}, { executePlan });
    const { ends, callbacks } = recorder();
    const run = await page.executePlan(serial(), callbacks);
    expect(await rejection(run.result())).toMatchObject({
      code: 'ERR_VALIDATION',
      reason: 'INVALID_PLAN',
    });
    await waitFor('the end', () => ends.length === 1);
    expect(ends).toMatchObject([{ status: 'failed', stats: null }]);
    expect(await engine.listExecutions()).toEqual([]);
  });

  test('a slow page holds its steps back', async () => {
    const { page, engine } = oneWindow(
      { maxPendingEventBytes: 4096 },
      { executePlan, maxBytesInFlight: 4096 },
    );
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let lines = 0;
    const atEnd: number[] = [];
    const run = await page.executePlan(serial(sh('seq 1 100000; echo end')), {
      onLines: async (batch) => {
        lines += batch.length;
        await gate;
      },
      onSettled: () => atEnd.push(lines),
    });
    await waitFor('the first lines', () => lines > 0);
    expect((await engine.listExecutions())[0]?.status).toBe('running');
    expect(lines).toBeLessThan(100_001);
    open();
    expect((await run.result()).status).toBe('completed');
    await waitFor('the end', () => atEnd.length === 1);
    expect(atEnd).toEqual([100_001]);
  });

  test('can be left alone: no more events arrive, and it goes on', async () => {
    const { page } = oneWindow({}, { executePlan });
    const { received, ends, callbacks } = recorder();
    const run = await page.executePlan(
      serial({ name: 'a', ...sh('read -r line; echo "$line"', { stdin: 'pipe' }) }),
      callbacks,
    );
    await waitFor('the start', () => received.includes('start a'));
    const [{ id } = { id: '' }] = await page.listExecutions();
    run.unwatch();
    await page.sendInput(id, 'text\n');
    expect((await run.result()).results[0]?.stdout).toBe('text\n');
    expect(received).toEqual(['start a', '0/1']);
    expect(ends).toEqual([]);
  });
});

describe('the app decides on a plan', () => {
  test('without executePlan there are none', async () => {
    const { page } = oneWindow();
    expect(await rejection(page.executePlan(serial(sh('true'))))).toMatchObject(
      refused('has no "executePlan"'),
    );
  });

  test('authorize is asked about each command before anything starts, and can replace it', async () => {
    const asked: ExecutionRequest[] = [];
    const { page, engine } = oneWindow(
      {},
      {
        executePlan,
        authorize: (request) => {
          asked.push(request);
          if (request.command.type === 'exec') return sh('echo instead');
          return request.command.type === 'shell' && request.command.command !== 'evil';
        },
      },
    );
    const retry = { attempts: 1 };
    const first = { name: 'a', retry, ...exec('echo', ['a']) };
    expect(await rejection(page.executePlan(serial(first, sh('evil'))))).toMatchObject(
      refused('The app does not allow this command'),
    );
    expect(asked).toEqual([exec('echo', ['a']), sh('evil')]);
    expect(await engine.listExecutions()).toEqual([]);
    const run = await page.executePlan(serial(first, sh('true')));
    expect(await run.result()).toMatchObject({
      status: 'completed',
      steps: [{ name: 'a' }, { name: null }],
      results: [{ stdout: 'instead\n', attempts: [{}] }, {}],
    });
  });

  test.each([
    ['no plan', undefined, 'ERR_INVALID_ARG_TYPE'],
    ['commands of the wrong type', { commands: 'ls' }, 'ERR_INVALID_ARG_TYPE'],
    ['a command of the wrong type', { commands: [1] }, 'ERR_INVALID_ARG_TYPE'],
    ['an id of an execution', serial({ ...sh('true'), id: 'x' }), 'ERR_INVALID_ARG_VALUE'],
  ])('%s is refused', async (_name, plan, code) => {
    const { page } = oneWindow({}, { executePlan });
    expect(await rejection(page.executePlan(plan as never))).toMatchObject({ code });
  });

  test('bad options and callbacks are refused', async () => {
    const { page } = oneWindow({}, { executePlan });
    const plan = serial(sh('true'));
    expect(await rejection(page.executePlan(plan, undefined, { maxConcurrency: 0 }))).toMatchObject(
      { code: 'ERR_OUT_OF_RANGE' },
    );
    expect(await rejection(page.executePlan(plan, { onLine: () => 0 } as never))).toMatchObject({
      message: expect.stringMatching(/Unknown callback 'onLine'. Allowed: onStepStarted, /),
    });
  });

  test('a window has at most maxPlans plans at a time, each with its own id', async () => {
    const { one, two } = twoWindows({ executePlan, maxPlans: 2 });
    const plan = (id: string) => ({ ...serial(long(id)), id });
    await one.page.executePlan(plan('a'));
    expect(await rejection(one.page.executePlan(plan('a')))).toMatchObject({
      code: 'ERR_DUPLICATE_ID',
    });
    await one.page.executePlan(plan('b'));
    expect(await rejection(one.page.executePlan(plan('c')))).toMatchObject({
      code: 'ERR_CONCURRENCY_LIMIT',
      message: expect.stringMatching(/"maxPlans" is 2/),
    });
    expect((await two.page.executePlan(plan('a'))).id).toBe('a');
  });
});

test('a plan is cancelled with its page: nothing more starts, and its steps have their time', async () => {
  const { one, engine } = twoWindows({ executePlan, cancelWith: 'page' });
  const ready: string[] = [];
  engine.on('stdout', ({ line }) => ready.push(line));
  const command = sh("trap 'sleep 0.2; exit 7' TERM; echo ready; while :; do sleep 0.05; done");
  // In this order a failed command does not keep the next one from its start.
  const strategy = { type: 'parallel', maxConcurrency: 1 } as const;
  await one.page.executePlan({ strategy, commands: [command, sh('true')] });
  await waitFor('the first step', () => ready.length === 1);
  const [{ id } = { id: '' }] = await engine.listExecutions();
  one.reload();
  expect(await engine.waitForCompletion(id)).toMatchObject({ status: 'cancelled', exitCode: 7 });
  await engine.onIdle();
  expect(await engine.listExecutions()).toHaveLength(1);
});
