import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ExecutionConfigInput,
  ExecutionEngineApi,
  ExecutionError,
} from 'escher-execution-engine';
import type { BridgeClient } from 'escher-execution-engine/bridge';
import {
  type ExecutionPlan,
  executePlan,
  type PlanCommand,
  type PlanRun,
} from 'escher-execution-engine/plan';
import { collect, connectedPair } from '../../support/bridge';
import { exec, LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { rejection } from '../../support/expectations';
import { reportOf } from '../../support/hosts';
import { polluted } from '../../support/pollution';
import { tempDir } from '../../support/temp';
import { waitFor } from '../../support/wait';

type Make = (config?: ExecutionConfigInput) => Promise<ExecutionEngineApi>;
type Execute = (engine: ExecutionEngineApi, plan: ExecutionPlan) => PlanRun;

const connected: Make = async (config) => (await connectedPair(config)).client;
const onServer: Execute = (engine, plan) => (engine as BridgeClient).executePlan(plan);

const engines: [string, Make, Execute][] = [
  ['an engine', async (config) => makeEngine(config), executePlan],
  ['the client of a bridge', connected, executePlan],
  ['the process of the engine', connected, onServer],
];

const serial = (...commands: PlanCommand[]): ExecutionPlan => ({
  strategy: { type: 'serial' },
  commands,
});

const parallel = (...commands: PlanCommand[]): ExecutionPlan => ({
  strategy: { type: 'parallel' },
  commands,
});

describe.each(engines)('with %s', (_name, make, execute) => {
  test('commands run one after the other, until one fails', async () => {
    const file = join(tempDir(), 'order');
    const step = (text: string) => sh(`echo ${text} >> ${file}`);
    const plan = serial(step('1'), step('2'), sh('exit 3'), step('4'));
    const { status, results, stats } = await execute(await make(), plan);
    expect(status).toBe('failed');
    expect(results.map((result) => result?.exitCode)).toEqual([0, 0, 3, undefined]);
    expect(stats).toMatchObject({ total: 4, completed: 2, failed: 1, skipped: 1 });
    expect(readFileSync(file, 'utf8')).toBe('1\n2\n');
  });

  test('a graph runs each command after those that it needs', async () => {
    const file = join(tempDir(), 'order');
    const step = (name: string) => ({ ...sh(`echo ${name} >> ${file}`), name });
    const plan: ExecutionPlan = {
      strategy: { type: 'dependencyGraph', dependencies: { pack: ['test', 1], test: ['build'] } },
      commands: [step('pack'), step('build'), step('test')],
    };
    expect(await execute(await make(), plan)).toMatchObject({ status: 'completed' });
    expect(readFileSync(file, 'utf8')).toBe('build\ntest\npack\n');
  });

  test('readers get the whole lines of all steps', async () => {
    const plan = parallel(
      { ...sh('echo a1; echo a2 >&2'), name: 'a' },
      sh('printf b1; sleep 0.3; echo more; printf rest'),
    );
    const run = execute(await make({ partialLineFlushMs: 1 }), plan);
    const lines = await collect(run);
    expect(lines.filter(({ step }) => step === 0)).toEqual(
      expect.arrayContaining([
        { step: 0, name: 'a', stream: 'stdout', line: 'a1' },
        { step: 0, name: 'a', stream: 'stderr', line: 'a2' },
      ]),
    );
    expect(lines.filter(({ step }) => step === 1)).toEqual([
      { step: 1, name: null, stream: 'stdout', line: 'b1more' },
      { step: 1, name: null, stream: 'stdout', line: 'rest' },
    ]);
    // Also after the end.
    expect(await collect(run)).toHaveLength(4);
  });

  test('a full engine delays a plan and fails none of its steps', async () => {
    const engine = await make({ maxConcurrentExecutions: 2 });
    const blockers = [engine.run(sh('sleep 0.3')), engine.run(sh('sleep 0.4'))];
    await Promise.all(blockers.map((run) => waitFor('the blocker', () => run.pid)));
    const plan = parallel(...Array.from({ length: 8 }, (_, i) => sh(`echo ${i}`)));
    const { status, results } = await execute(engine, plan);
    expect(status).toBe('completed');
    expect(results.map((result) => result?.stdout)).toEqual(
      Array.from({ length: 8 }, (_, i) => `${i}\n`),
    );
  });

  test('two plans share the places of an engine', async () => {
    const engine = await make({ maxConcurrentExecutions: 1 });
    const plan = () => parallel(...Array.from({ length: 5 }, () => sh('true')));
    const runs = await Promise.all([execute(engine, plan()), execute(engine, plan())]);
    expect(runs.map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  test('a cancel ends what runs', async () => {
    const run = execute(await make(), parallel(sh(LONG), sh(LONG)));
    let started = 0;
    run.on('stepStarted', () => started++);
    await waitFor('both processes', () => started === 2);
    expect(await run.cancel()).toBe(true);
    expect(await run).toMatchObject({ status: 'cancelled', stats: { cancelled: 2 } });
  });

  test.each<[PlanCommand, RegExp]>([
    [
      { command: { type: 'exec', program: 5 } } as unknown as PlanCommand,
      /program.*of type string/,
    ],
    [sh(' '), /"command.command" must not be empty/],
    [sh('a', { timeoutMs: 1e9 }), /timeoutMs.* must be at most/],
    [sh('a', { killSignal: 'SIGTERM', stop: [] }), /"stop" cannot be used together/],
    [sh('a', { leaseMs: 1 }), /"leaseMs" must be a finite number of 100/],
    [sh('a', { id: 'x' }), /"id" must be a UUID/],
    [exec('no-such-program-anywhere'), /no-such-program-anywhere/],
    [sh('a', { workingDir: '/nowhere' }), /"workingDir" does not exist/],
  ])('the bad request %# is named by its index before anything starts', async (bad, message) => {
    const file = join(tempDir(), 'started');
    const engine = await make();
    const run = execute(engine, parallel(sh(`touch ${file}`), bad));
    const error = (await rejection(run.result)) as ExecutionError;
    expect(error).toMatchObject({ code: 'ERR_VALIDATION', reason: 'INVALID_PLAN' });
    expect(error.message).toMatch(/^Validation error: .*commands\[1\]/);
    expect(error.message).toMatch(message);
    expect(() => readFileSync(file)).toThrow('ENOENT');
    expect(await engine.listExecutions()).toEqual([]);
  });

  test('a program that an earlier step creates is found', async () => {
    const file = join(tempDir(), 'program');
    const create = sh(`printf '#!/bin/sh\\necho made\\n' > ${file}; chmod +x ${file}`);
    const { results } = await execute(await make(), serial(create, exec(file)));
    expect(results[1]?.stdout).toBe('made\n');
  });

  test('a program that no earlier step has created fails its step', async () => {
    const plan = serial(sh('true'), exec('no-such-program-anywhere'), sh('true'));
    expect(await execute(await make(), plan)).toMatchObject({
      status: 'failed',
      results: [{ exitCode: 0 }, null, null],
      steps: [{}, { error: { code: 'ERR_VALIDATION', reason: 'PROGRAM_NOT_FOUND' } }, {}],
    });
  });

  test('the steps are found by their tags', async () => {
    const engine = await make();
    await execute(engine, { ...parallel({ ...sh('true'), name: 'a' }, sh('true')), id: 'p1' });
    const found = await engine.listExecutions({ tag: 'plan=p1' });
    expect(found.map(({ metadata }) => metadata.tags?.step).sort()).toEqual(['1', 'a']);
  });
});

test('a cycle is rejected with its steps in order', async () => {
  const plan: ExecutionPlan = {
    strategy: { type: 'dependencyGraph', dependencies: { a: ['b'], b: [2], 2: ['a'] } },
    commands: [{ ...sh('true'), name: 'a' }, { ...sh('true'), name: 'b' }, sh('true')],
  };
  await expect(executePlan(makeEngine(), plan)).rejects.toMatchObject({
    reason: 'INVALID_DEPENDENCY_GRAPH',
    message: 'Validation error: "plan.strategy.dependencies" has a cycle: a -> b -> 2 -> a',
  });
});

test('a slow reader holds the steps back and loses nothing', async () => {
  const engine = makeEngine({ maxPendingEventBytes: 65_536 });
  const command = sh('i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done');
  const lines = await collect(executePlan(engine, parallel(command, command)));
  for (const step of [0, 1]) {
    const own = lines.filter((line) => line.step === step);
    expect(own.map(({ line }) => line)).toEqual(
      Array.from({ length: 3000 }, (_, i) => `line ${i}`),
    );
  }
});

test('a reader that leaves lets the plan go on', async () => {
  const run = executePlan(makeEngine(), serial(sh('echo 1'), sh('echo 2')));
  for await (const { line } of run) {
    expect(line).toBe('1');
    break;
  }
  expect(await run).toMatchObject({ status: 'completed' });
});

test('a closed engine is reported as such', async () => {
  const engine = makeEngine();
  await engine.shutdown();
  await expect(executePlan(engine, serial(sh('true')))).rejects.toMatchObject({
    code: 'ERR_ENGINE_CLOSED',
  });
});

test('the shutdown of the engine ends the plan', async () => {
  const engine = makeEngine();
  const run = executePlan(engine, serial(sh(LONG), sh('true')));
  await new Promise((resolve) => run.once('stepStarted', resolve));
  await engine.shutdown({ graceMs: 0 });
  expect(await run).toMatchObject({ status: 'failed', stats: { skipped: 1 } });
});

test('input reaches a step with a pipe', async () => {
  const engine = makeEngine();
  const run = executePlan(engine, serial(exec('cat', [], { stdin: 'pipe' })));
  run.once('stepStarted', async ({ executionId }) => {
    await engine.sendInput(executionId, 'hello');
    await engine.closeInput(executionId);
  });
  expect((await run).results[0]?.stdout).toBe('hello');
});

test('the end of a handle cancels and waits', async () => {
  const run = executePlan(makeEngine(), serial(sh(LONG)));
  await run[Symbol.asyncDispose]();
  expect((await run).status).toBe('cancelled');
});

test('an invalid plan that is not handled is an unhandled rejection', async () => {
  expect(await reportOf('plan-rejections.cjs')).toEqual({
    unhandled: ['INVALID_PLAN', 'INVALID_PLAN', 'INVALID_PLAN'],
  });
});

test('nothing on Object.prototype changes what is run', async () => {
  const bad = {
    id: 'x',
    name: 'x',
    retry: 5,
    stdin: 'pipe',
    stopOnError: false,
    maxConcurrency: 0,
    signal: 5,
  };
  await polluted(bad, async () => {
    const run = executePlan(makeEngine(), serial(sh('exit 1'), sh('echo 2')));
    const { status, stats } = await run;
    expect([status, stats.skipped]).toEqual(['failed', 1]);
  });
});
