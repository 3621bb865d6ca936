// A user's program under the strictest settings of the compiler; test/package/typescript.mjs compiles and runs it
// as a CommonJS module and as an ES module, with every kind of module resolution that there is.
import {
  type Command,
  ExecutionEngine,
  ExecutionError,
  type ExecutionRequest,
  type ExecutionResult,
  type OutputEvent,
} from 'escher-execution-engine';

async function main(): Promise<void> {
  const engine = new ExecutionEngine({ maxConcurrentExecutions: 2, redact: ['swordfish'] });
  const command: Command = { type: 'shell', command: 'echo out; echo err >&2; exit 3' };
  const request: ExecutionRequest = {
    command,
    timeoutMs: 10_000,
    metadata: { tags: { kind: 'a' } },
  };

  const batches: OutputEvent[] = [];
  engine.on('output', (event) => {
    batches.push(event);
  });
  const run = engine.run(request);
  const lines: string[] = [];
  for await (const { stream, line } of run) lines.push(`${stream}: ${line}`);
  const result: ExecutionResult = await run;
  const code: number | null = result.exitCode;

  const refused = await engine.execute({ command: { type: 'shell', command: '' } }).then(
    () => undefined,
    (error: unknown) => (error instanceof ExecutionError ? error.code : undefined),
  );
  // @ts-expect-error: there is no such command
  const wrong: Command = { type: 'powershell', command: '' };

  await engine.shutdown({ graceMs: 0 });
  console.log(
    JSON.stringify({
      code,
      lines: lines.sort(),
      refused,
      batches: batches.length > 0,
      wrong: wrong.type,
    }),
  );
}

void main();
