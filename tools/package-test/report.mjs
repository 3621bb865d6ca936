// One line for each thing that was tried.
import { performance } from 'node:perf_hooks';
import process from 'node:process';

let passed = 0;
let failed = 0;

/** Notes whether `action` came through; the rest goes on. */
export async function check(name, action) {
  const start = performance.now();
  let problem;
  try {
    await action();
    passed += 1;
  } catch (error) {
    problem = error;
    failed += 1;
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${problem === undefined ? 'passed' : 'FAILED'}  ${name} (${seconds} s)`);
  if (problem !== undefined) console.log(`${problem.stack ?? problem}\n`);
}

export function summary() {
  console.log(`package: ${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
