// The engine for tests. Checked by the compiler, never run.
import type { ExecutionEngineApi } from 'escher-execution-engine';
import { createFakeEngine, type FakeAnswer } from 'escher-execution-engine/testing';

export const engine: ExecutionEngineApi = createFakeEngine({
  on: ({ command }) => (command.type === 'exec' ? { exitCode: 1 } : ['line']),
  config: { maxConcurrentExecutions: 1 },
});
export const generator = createFakeEngine({
  async *on(_, { input, signal }) {
    for await (const text of input) yield { stream: 'stderr', line: text };
    return { signal: signal.aborted ? 'SIGTERM' : null };
  },
});
createFakeEngine({ on: () => undefined });
createFakeEngine({ on: async () => 'stdout' });
export const answer: FakeAnswer = { error: { code: 'ERR_SPAWN_FAILED', message: 'no' } };

// @ts-expect-error: a function is required
createFakeEngine({});
// @ts-expect-error: a number is no answer
createFakeEngine({ on: () => 3 });
// @ts-expect-error: no such field
export const wrong: FakeAnswer = { code: 3 };
// @ts-expect-error: no such stream
createFakeEngine({ on: () => [{ stream: 'stdin', line: '' }] });
