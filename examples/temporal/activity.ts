/**
 * A command as an activity of Temporal: the engine ends the process tree at a timeout and at a cancel, which a Temporal
 * activity does not do by itself. Checked by the compiler against `@temporalio/activity`. Not run: it needs a Temporal server.
 */

import { ApplicationFailure, Context } from '@temporalio/activity';
import { ExecutionEngine, type ExecutionRequest } from 'escher-execution-engine';

/** One engine for all activities of a worker process, in which no command waits for a place. */
const engine = new ExecutionEngine({ journalDir: '/var/lib/worker/journal' });

/** What a workflow gets: small, since a payload has at most 2 MiB. */
export interface CommandEnd {
  exitCode: number | null;
  stdoutTail: string;
  stderrTail: string;
}

const TAIL = 4096;

export async function runCommand(request: ExecutionRequest): Promise<CommandEnd> {
  const { info, cancellationSignal } = Context.current();
  // An activity learns of a cancel through its heartbeats only. Without a connection they stop, and the lease ends the
  // command before the server gives the activity to another worker.
  const heartbeatMs = info.heartbeatTimeoutMs;
  if (heartbeatMs === undefined)
    throw ApplicationFailure.nonRetryable('heartbeatTimeout is not set');
  const timeoutMs = Math.max(info.startToCloseTimeoutMs - 10_000, 1000);
  const run = engine.run(
    { timeoutMs, ...request, leaseMs: Math.max(heartbeatMs / 2, 100) },
    { signal: cancellationSignal },
  );
  const beat = setInterval(() => {
    Context.current().heartbeat();
    void run.renew();
  }, heartbeatMs / 5);
  try {
    const { status, exitCode, stdout, stderr } = await run;
    if (cancellationSignal.aborted) throw cancellationSignal.reason;
    const end = { exitCode, stdoutTail: stdout.slice(-TAIL), stderrTail: stderr.slice(-TAIL) };
    if (status === 'completed') return end;
    // Whether a command that failed may run again is known to its caller, and not to the retry policy.
    throw ApplicationFailure.nonRetryable(`The command ended as ${status}`, status, end);
  } finally {
    clearInterval(beat);
  }
}
