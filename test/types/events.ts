// Events and their payloads. Checked by the compiler, never run.
import { subscribe } from 'node:diagnostics_channel';
import { type EventEmitter, once } from 'node:events';
import {
  ExecutionEngine,
  type ExecutionOutcome,
  type ExecutionTrace,
} from 'escher-execution-engine';

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

// Of the events of Node.js.
once(run as unknown as EventEmitter, 'settled');
// @ts-expect-error: it is no emitter of Node.js
once(run, 'settled');

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
  .on('progress', ({ fraction, label }): [number | null, string | null] => [fraction, label])
  .off('failed', () => undefined);

subscribe('tracing:escher-execution-engine.execution:error', (message) => {
  const { executionId, error, request } = message as ExecutionTrace;
  const type: 'shell' | 'exec' | 'script' | 'awsCli' = request.type;
  // @ts-expect-error: the environment is never shown
  void request.env;
  void [executionId, error?.message, type];
});

// @ts-expect-error: there is no such event, and never will be
engine.on('error', () => undefined);
// @ts-expect-error: no such event
run.once('exit', () => undefined);
// @ts-expect-error: the payload of a line has no batch
run.on('stderr', ({ lines }) => lines);
