import { type Execution, ExecutionEngine } from 'escher-execution-engine';
import { LONG, sh } from '../../support/commands';
import { makeEngine } from '../../support/engine';
import { present, rejection } from '../../support/expectations';
import { processExists, processGroupMembers } from '../../support/processes';

test('await using a handle ends its command at the end of the block', async () => {
  const engine = makeEngine();
  let pid: number;
  let id: string;
  {
    await using execution = engine.run(sh(`${LONG} & echo ready; wait`));
    await new Promise((resolve) => execution.once('stdout', resolve));
    pid = present(execution.pid);
    id = execution.id;
  }
  expect(processGroupMembers(pid)).toEqual([]);
  expect(await engine.getStatus(id)).toBe('cancelled');
});

test('await using a handle ends its command when the block throws', async () => {
  const engine = makeEngine();
  let kept: Execution | undefined;
  const problem = new Error('in the block');
  const block = async () => {
    await using execution = engine.run(sh(LONG), { reject: true });
    kept = execution;
    execution.catch(() => undefined);
    throw problem;
  };
  expect(await rejection(block())).toBe(problem);
  expect(await engine.getStatus(present(kept).id)).toBe('cancelled');
});

test('await using an engine shuts it down at the end of the block', async () => {
  let outer: ExecutionEngine;
  let pid: number;
  {
    await using engine = new ExecutionEngine({ forceKillAfterDelayMs: 0 });
    outer = engine;
    const execution = engine.run(sh(`echo ready; ${LONG}`));
    await new Promise((resolve) => execution.once('stdout', resolve));
    pid = present(execution.pid);
  }
  expect(processExists(pid)).toBe(false);
  expect(await rejection(outer.stats())).toMatchObject({ code: 'ERR_ENGINE_CLOSED' });
});
