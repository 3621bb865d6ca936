// Keeps count of executions: what was submitted must settle, exactly once, as a result or as a typed error.
import assert from 'node:assert/strict';
import { ExecutionError } from 'escher-execution-engine';

const TERMINAL = ['completed', 'failed', 'timeout', 'cancelled'];

export class Ledger {
  submitted = 0;
  settled = 0;
  /** How often each status or error code was an end. */
  ends = {};
  #wrong = new Set();
  #engine;
  #settledEvents = new Map();

  constructor(engine) {
    this.#engine = engine;
    engine.on('settled', ({ executionId }) => {
      const times = (this.#settledEvents.get(executionId) ?? 0) + 1;
      this.#settledEvents.set(executionId, times);
      if (times > 1) this.#wrong.add(`settled ${times} times`);
    });
  }

  /** Starts it; `ended` never rejects: it gives the result, or the error bearing what there is of one. */
  start(request, options) {
    this.submitted++;
    const execution = this.#engine.run(request, options);
    const ended = execution.result.then(
      (result) => this.#succeed(result),
      (error) => this.#fail(error),
    );
    return { execution, ended };
  }

  /** The same, for a caller that needs the end only. */
  run(request, options) {
    return this.start(request, options).ended;
  }

  /** The same, for what has to end with a result. */
  async result(request, options) {
    const { result, error } = await this.run(request, options);
    if (error) throw error;
    return result;
  }

  get lost() {
    return this.submitted - this.settled;
  }

  /** How it all ended, in words. */
  get summary() {
    return Object.entries(this.ends)
      .map(([end, count]) => `${count} ${end}`)
      .join(', ');
  }

  /** What must not be, in words. */
  get wrong() {
    return [...this.#wrong];
  }

  check() {
    assert.deepEqual(this.wrong, [], 'executions ended as they must not');
  }

  #succeed(result) {
    if (!TERMINAL.includes(result.status)) this.#wrong.add(`ended as ${result.status}`);
    return this.#end(result.status, { result });
  }

  #fail(error) {
    if (error instanceof ExecutionError && error.code !== 'ERR_INTERNAL') {
      return this.#end(error.code, { error, result: error.result });
    }
    this.#wrong.add(`an error without a type of ours: ${error}`);
    return this.#end('untyped', { error });
  }

  #end(name, value) {
    this.settled++;
    this.ends[name] = (this.ends[name] ?? 0) + 1;
    return value;
  }
}
