// Engines with very many executions, for the workloads of scale.

export const SLEEP = { command: { type: 'exec', program: 'sleep', args: ['600'] } };

/** Number of calls in one turn of the event loop. */
const PER_TURN = 200;

export async function inTurns(items, work) {
  const results = [];
  for (let at = 0; at < items.length; at += PER_TURN) {
    results.push(...(await Promise.all(items.slice(at, at + PER_TURN).map(work))));
  }
  return results;
}

/** Queues `count` requests in an engine whose only place is taken. */
export async function fillQueue(engine, count) {
  await engine.execute(SLEEP);
  const requests = Array(count).fill({ command: { type: 'exec', program: '/bin/true' } });
  return inTurns(requests, (request) => engine.execute(request));
}

export async function queueEngine(config) {
  const { ExecutionEngine } = await import('escher-execution-engine');
  return new ExecutionEngine({
    maxConcurrentExecutions: 1,
    maxQueuedExecutions: Number.POSITIVE_INFINITY,
    ...config,
  });
}
