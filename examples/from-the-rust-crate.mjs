// A program for the Rust crate, translated: create an engine, `execute`, handle events, `wait_for_completion`, check the
// result, clean up. Above each statement is the Rust code that it replaces.
import assert from 'node:assert/strict';
import { ExecutionEngine, ExecutionError } from 'escher-execution-engine';

// let config = ExecutionConfig { default_timeout_ms: 60_000, ..Default::default() };
// let engine = ExecutionEngine::new(config)?.with_event_handler(Arc::new(Printer));
const engine = new ExecutionEngine({ defaultTimeoutMs: 60_000 });

// match event { Started { .. } => .., Stdout { line, .. } => .., Completed { result, .. } => .. }
engine.on('started', ({ pid, command }) => console.log(`started: ${command} as process ${pid}`));
engine.on('stdout', ({ line }) => console.log(`stdout: ${line}`));
engine.on('stderr', ({ line }) => console.log(`stderr: ${line}`));
engine.on('completed', ({ result }) => console.log(`completed: ${result.durationMs > 0}`));
// A non-zero exit is the event `failed`.
engine.on('failed', ({ result }) => console.log(`failed: ${result.error.message}`));

// let request = ExecutionRequest { command: Command::Shell { command: "..".into(), shell: "/bin/bash".into() }, .. };
// let id = engine.execute(request).await?;
const id = await engine.execute({
  command: { type: 'shell', command: 'echo one; echo two >&2; echo three', shell: '/bin/bash' },
  env: { STAGE: 'test' },
  metadata: { source: 'example', tags: { step: 'first' } },
});

// let result = engine.wait_for_completion(id).await?;
const result = await engine.waitForCompletion(id);
assert.equal(result.success, true);
assert.equal(result.stdout, 'one\nthree\n');

// A failing command is Ok(result) in the crate and a result here. A missing exit code is null here, not -1.
const failing = await engine.execute({ command: { type: 'shell', command: 'exit 4' } });
const failed = await engine.waitForCompletion(failing);
assert.deepEqual([failed.status, failed.success, failed.exitCode], ['failed', false, 4]);

// engine.cancel(id).await?; here it returns whether the execution was pending or running, and ends the process tree.
const sleeping = await engine.execute({ command: { type: 'shell', command: 'sleep 60 & wait' } });
assert.equal(await engine.cancel(sleeping), true);
const cancelled = await engine.waitForCompletion(sleeping);
console.log(
  `cancelled: ${cancelled.status}, ${cancelled.termination?.reason ?? 'before the start'}`,
);
assert.equal(cancelled.status, 'cancelled');

// Err(ExecutionError::Validation(ValidationError::EmptyCommand)) is an exception with a code and a reason.
try {
  await engine.execute({ command: { type: 'shell', command: '' } });
  assert.fail('an empty command was admitted');
} catch (error) {
  assert.ok(error instanceof ExecutionError);
  console.log(`refused: ${error.code} ${error.reason}`);
  assert.equal(error.reason, 'EMPTY_COMMAND');
}

// get_result(id) is None before the end; here it is null. list_executions() accepts a filter here.
const [first] = await engine.listExecutions({ tag: 'step=first' });
assert.equal((await engine.getResult(first.id)).stdout, result.stdout);

// engine.remove_execution(id).await?; and engine.cleanup().await?;
await engine.removeExecution(id);
await assert.rejects(engine.getStatus(id), { code: 'ERR_EXECUTION_NOT_FOUND' });
console.log(`known executions: ${(await engine.listExecutions()).length}`);
await engine.shutdown();
