// One line with the time for each thing that a tool checks, and a count at the end.
import { performance } from 'node:perf_hooks';
import process from 'node:process';

/** Runs `action` and resolves with its value and how long it took. */
export async function timed(action) {
  const start = performance.now();
  const value = await action();
  return { value, seconds: (performance.now() - start) / 1000 };
}

export class Report {
  #title;
  #passed = 0;
  #failed = [];

  constructor(title) {
    this.#title = title;
  }

  /** A check passes if `action` neither throws nor returns `false`. A failed one does not stop the others. */
  async check(name, action) {
    let problem;
    const { value, seconds } = await timed(async () => {
      try {
        return await action();
      } catch (error) {
        problem = error;
        return false;
      }
    });
    const passed = value !== false;
    if (passed) this.#passed += 1;
    else this.#failed.push(name);
    console.log(`${passed ? 'passed' : 'FAILED'}  ${name} (${seconds.toFixed(1)} s)`);
    if (problem !== undefined) console.log(`${problem.stack ?? problem}\n`);
  }

  /** Prints the counts and sets the exit code. A report without a check is a failure. */
  end() {
    console.log(`${this.#title}: ${this.#passed} passed, ${this.#failed.length} failed`);
    if (this.#failed.length > 0)
      console.error(`${this.#title}: failed: ${this.#failed.join(', ')}`);
    process.exitCode = this.#failed.length > 0 || this.#passed === 0 ? 1 : 0;
  }
}
