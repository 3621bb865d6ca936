// A small execution manager: named commands as data, two at a time, results by name, Ctrl-C ends everything. A playbook is
// a list like `commands`; dependencies between commands are the task of the manager.
import assert from 'node:assert/strict';
import { ExecutionEngine } from 'escher-execution-engine';

const commands = {
  versions: { command: { type: 'exec', program: 'node', args: ['--version'] } },
  files: { command: { type: 'shell', command: 'ls / | wc -l' }, timeoutMs: 5_000 },
  words: { command: { type: 'exec', program: 'wc', args: ['-w'] }, input: 'one two three' },
  flaky: { command: { type: 'shell', command: 'echo "no such host" >&2; exit 7' } },
  stuck: { command: { type: 'shell', command: 'echo waiting; sleep 60' }, timeoutMs: 300 },
};

class Manager {
  #engine = new ExecutionEngine({
    maxConcurrentExecutions: 2,
    maxQueuedExecutions: Infinity,
    forceKillAfterDelayMs: 1_000,
    limits: { coreBytes: 0 },
  });
  #results = new Map();

  constructor() {
    this.#engine.on('output', ({ executionId, stream, lines }) => {
      for (const line of lines) console.log(`  ${executionId.slice(0, 8)} ${stream}: ${line}`);
    });
  }

  /** A failing command is a result. The promise rejects only if the engine could not run the command. */
  async run(name) {
    const request = { ...commands[name], metadata: { tags: { name } } };
    const result = await this.#engine.run(request);
    this.#results.set(name, result);
    const why = result.error?.message ?? `exit code ${result.exitCode}`;
    console.log(`${name}: ${result.status} in ${Math.round(result.durationMs)} ms, ${why}`);
    return result;
  }

  result(name) {
    return this.#results.get(name);
  }

  /** Ends running process trees, with a grace period; queued commands are never started. */
  close() {
    return this.#engine.shutdown({ graceMs: 1_000 });
  }
}

const manager = new Manager();
let interrupted = false;
process.once('SIGINT', () => {
  interrupted = true;
  process.exitCode = 130;
  console.log('interrupted: ending all commands'); // a second Ctrl-C ends this process immediately
  void manager.close();
});

await Promise.all(Object.keys(commands).map((name) => manager.run(name)));
await manager.close();

if (!interrupted) {
  assert.equal(manager.result('words').stdout.trim(), '3');
  assert.equal(manager.result('flaky').exitCode, 7);
  assert.equal(manager.result('flaky').stderr, 'no such host\n');
  assert.equal(manager.result('stuck').status, 'timeout');
}
