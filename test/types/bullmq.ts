// Commands as jobs. Checked by the compiler, never run.
import { ExecutionEngine } from 'escher-execution-engine';
import {
  type CommandOutcome,
  CommandQueue,
  type CommandWorker,
  createCommandWorker,
  FleetError,
  type TailLine,
} from 'escher-execution-engine/bullmq';

const connection = { host: 'redis', port: 6379 };
const queue = new CommandQueue('ops', { connection, retention: { count: 10, ageSecs: 60 } });
export const onPostgres = new CommandQueue('ops', { connection: { postgres: 'postgres://db' } });

export async function use(): Promise<CommandOutcome> {
  const id: string = await queue.add(
    { command: { type: 'exec', program: 'terraform', args: ['plan'] }, priority: 5 },
    { key: 'stack', attempts: 3, retryOn: ['launch', 75], secretRefs: { TOKEN: 'vault:tf' } },
  );
  for await (const line of queue.tail(id)) show(line);
  const cancelled: boolean = await queue.cancel(id, 'too late');
  if (cancelled) throw new FleetError('ERR_CANCELLED', 'cancelled');
  return await queue.wait(id, { signal: AbortSignal.timeout(1000) });
}

function show({ stream, line }: TailLine): void {
  console.log(stream, line);
}

export const worker: CommandWorker = createCommandWorker('ops', new ExecutionEngine(), {
  connection,
  concurrency: 4,
  authorize: ({ command }, { key }) => command.type === 'exec' && key !== null,
  resolveSecrets: async (refs) => ({ ...refs }),
  keyLimit: (key) => key.length,
  onFinished: ({ jobId, status }) => console.log(jobId, status),
});

// @ts-expect-error: a connection is required
createCommandWorker('ops', new ExecutionEngine(), {});
// @ts-expect-error: no such failure
queue.add({ command: { type: 'shell', command: 'true' } }, { retryOn: ['always'] });
// @ts-expect-error: the references are text
queue.add({ command: { type: 'shell', command: 'true' } }, { secretRefs: { A: 1 } });
