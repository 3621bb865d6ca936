// Runs suite.mjs in one runtime.
import path from 'node:path';
import { capture } from '../../tools/lib/run.mjs';

const LONGEST_MS = 240_000;

/** The cases; those in `skipped` are not run. A runtime that crashes leaves one failed case more. */
export async function runSuite({ command, skipped = {} }, project) {
  const [program, ...options] = command;
  const suite = path.join(project, 'suite.mjs');
  const env = {
    ...process.env,
    ESCHER_SUITE_RUNTIME: JSON.stringify(command),
    ESCHER_SUITE_SKIPPED: JSON.stringify(Object.keys(skipped)),
  };
  const { code, output } = await capture(program, [...options, suite], {
    cwd: project,
    env,
    timeout: LONGEST_MS,
  });
  const cases = output.split('\n').flatMap(caseOf);
  const isWhole = code === 0 && cases.length > 0;
  const rest = output
    .split('\n')
    .filter((line) => caseOf(line).length === 0)
    .join('\n');
  return isWhole ? cases : [...cases, { name: 'the suite ends', status: 'failed', message: `exit code ${code}\n${rest}` }];
}

function caseOf(line) {
  try {
    const { name, status, message } = JSON.parse(line);
    return name === undefined ? [] : [{ name, status, message }];
  } catch {
    return [];
  }
}
