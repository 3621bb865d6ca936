// An execution manager: runs the stages of a playbook as plans, with live output:
// node examples/manager/main.mjs [playbook.json] [--set name=value ...] [--console]
// The first Ctrl-C cancels the steps: each ends by its `stop`. The second one goes on to the next signal of each `stop`.
// The exit code is 0 if all steps completed, 130 after Ctrl-C, otherwise 1.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ExecutionEngine } from 'escher-execution-engine';
import { serveConsole } from 'escher-execution-engine/console';
import { executePlan } from 'escher-execution-engine/plan';
import { startLoopbackSts } from '../demo/loopback-sts.mjs';
import { readPlaybook } from './playbook.mjs';
import { follow, print, showEnd, showStage } from './view.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    set: { type: 'string', multiple: true, default: [] },
    console: { type: 'boolean', default: false },
  },
});
const file = positionals[0] ?? fileURLToPath(new URL('release.json', import.meta.url));
const given = Object.fromEntries(values.set.map((text) => text.split(/=(.*)/s, 2)));

// A server on 127.0.0.1 answers the AWS CLI, so that the example needs no account.
const sts = await startLoopbackSts();
let current;
let isInterrupted = false;

try {
  await runPlaybook(readPlaybook(file, given, { stsUrl: sts.url }));
} finally {
  sts.close();
}

async function runPlaybook({ name, secrets, stages }) {
  const engine = new ExecutionEngine({ maxConcurrentExecutions: 4, redact: secrets });
  const page = values.console ? await serveConsole(engine) : undefined;
  if (page !== undefined) print(page.url);
  process.on('SIGINT', interrupt);
  const results = [];
  for (const [index, stage] of stages.entries()) {
    showStage(index + 1, stages.length, stage);
    current = executePlan(engine, stage.plan);
    await Promise.all([follow(current), current]);
    const result = await current;
    results.push(result);
    if (result.status !== 'completed' || isInterrupted) break;
  }
  process.off('SIGINT', interrupt);
  await page?.close();
  await engine.shutdown();
  showEnd(name, results);
  const isComplete = results.every(({ status }) => status === 'completed');
  process.exitCode = isInterrupted ? 130 : isComplete ? 0 : 1;
}

function interrupt() {
  print(isInterrupted ? 'ending the steps at once' : 'ending the steps; again: at once');
  isInterrupted = true;
  current.cancel().catch((error) => print(error.message));
}
