// The types of `escher-execution-engine/plan`, as a user sees them.
import type { Execution, ExecutionEngineApi, ExecutionResult } from 'escher-execution-engine';
import type { BridgeClient } from 'escher-execution-engine/bridge';
import {
  type ExecutionPlan,
  executePlan,
  type PlanExecutionResult,
  type RetryPolicy,
  retry,
} from 'escher-execution-engine/plan';

declare const engine: ExecutionEngineApi;
declare const client: BridgeClient;
declare const request: { command: { type: 'exec'; program: string } };

const policy: RetryPolicy = { attempts: 3, on: ['exit', 'signal'], output: /x/, exitCodes: [75] };

export async function retries(): Promise<void> {
  const run = retry(engine, request, policy, { reject: true });
  const execution: Execution = run;
  run.on('retrying', ({ attempt, delayMs, result }) => {
    const numbers: number[] = [attempt, delayMs];
    const code: number | null | undefined = result?.exitCode;
    return [numbers, code];
  });
  run.on('stdout', ({ line }) => line.length);
  const { attempts } = await run;
  const all: ExecutionResult[] = attempts;
  const [stdout]: string[] = await run.then((result) => [result.stdout]);
  retry(client, request, { attempts: 2 });

  // @ts-expect-error: there is no such event
  run.on('retry', () => undefined);
  // @ts-expect-error: attempts is required
  retry(engine, request, {});
  // @ts-expect-error: there is no such cause
  retry(engine, request, { attempts: 2, on: ['quit'] });
  void [execution, all, stdout];
}

export async function plans(): Promise<void> {
  const plan: ExecutionPlan = {
    strategy: { type: 'dependencyGraph', dependencies: { b: ['a', 0] } },
    commands: [
      { ...request, name: 'a' },
      { ...request, name: 'b', retry: policy },
    ],
  };
  const run = executePlan(client, plan, { maxConcurrency: 2 });
  run.on('stepStarted', ({ step, name, pid }) => [step + pid, name?.length]);
  run.on('progress', ({ completed, total, currentCommand }) => [completed / total, currentCommand]);
  for await (const { step, name, stream, line } of run) void [step, name, stream, line];
  const result: PlanExecutionResult = await run;
  const first: ExecutionResult | null | undefined = result.results[0];
  void first;

  // @ts-expect-error: there is no such strategy
  executePlan(engine, { strategy: { type: 'random' }, commands: [] });
  // @ts-expect-error: a serial plan runs one command at a time
  executePlan(engine, { strategy: { type: 'serial', maxConcurrency: 2 }, commands: [] });
  // @ts-expect-error: there is no such event
  run.on('stepEnded', () => undefined);
}
