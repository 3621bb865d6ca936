// Events and their payloads. Checked by the compiler, never run.
import { ExecutionEngine, type ExecutionOutcome } from 'escher-execution-engine';

const engine = new ExecutionEngine();
const run = engine.run({ command: { type: 'exec', program: 'ls' } });

for (const source of [engine, run]) {
  source.on(
    'started',
    ({ executionId, timestamp, pid, command }): [string, number, number, string] => [
      executionId,
      timestamp,
      pid,
      command,
    ],
  );
}

engine
  .on('output', ({ stream, lines, firstSeq, partial }) => {
    const names: 'stdout' | 'stderr' = stream;
    const first: string | undefined = lines[0];
    void [names, first, firstSeq + 1, partial === true];
  })
  .once('stdout', ({ line, seq, partial }) => void [line.length, seq + 1, partial === true])
  .on('statusChanged', ({ oldStatus, newStatus }) => {
    // @ts-expect-error: no such status
    if (oldStatus === 'finished') return;
    void (newStatus === 'cancelled');
  })
  .on('settled', ({ result }) => {
    const outcome: ExecutionOutcome = result;
    // @ts-expect-error: terminal events come without the output
    void result.stdout;
    void outcome;
  })
  .off('failed', () => undefined);

// @ts-expect-error: there is no such event, and never will be
engine.on('error', () => undefined);
// @ts-expect-error: no such event
run.once('exit', () => undefined);
// @ts-expect-error: the payload of a line has no batch
run.on('stderr', ({ lines }) => lines);
