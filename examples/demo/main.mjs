// npm run demo: runs real commands live in the terminal and prints a table of the results. The exit code is 0 if every step
// passed, 1 if a step failed, 130 after Ctrl-C.
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { ExecutionEngine } from 'escher-execution-engine';
import { steps } from './steps.mjs';
import * as terminal from './terminal.mjs';

const { bold, dim, formatBytes, formatMs, green, print, red } = terminal;

const engine = new ExecutionEngine({ defaultTimeoutMs: 60_000 });
const interrupted = new AbortController();
const ran = [];
let failures = 0;

// Ctrl-C reaches only this process: every command has its own session, so the engine must end it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => interrupted.abort());
}
// The reader of the output has gone (`npm run demo | head`).
process.stdout.on('error', () => interrupted.abort());

print();
print(
  `${bold('escher-execution-engine')} ${dim(`on Node.js ${process.version}, ${process.platform} ${process.arch}`)}`,
);

let number = 0;
for (const step of steps) {
  if (interrupted.signal.aborted) break;
  number += 1;
  await runStep(step, number);
}

await engine.shutdown({ graceMs: 500 });
if (interrupted.signal.aborted) print(`\n${red('Interrupted.')} All commands have been ended.`);
showTable();
process.exitCode = interrupted.signal.aborted ? 130 : failures > 0 ? 1 : 0;

async function runStep(step, position) {
  terminal.heading(position, step.title, step.explanation);
  const reason = step.skip?.();
  if (reason) {
    terminal.note(reason);
    ran.push({ title: step.title });
    return;
  }
  const { request, finish } = step.prepare ? await step.prepare() : step;
  try {
    const { result, seen } = await execute(request, step.during);
    ran.push({ title: step.title, result, seen });
    if (interrupted.signal.aborted) return;
    const problem = outputMismatch(result, seen) ?? (await step.check(result, seen));
    if (problem) failures += 1;
    terminal.verdict(problem, problem ? '' : step.good(result, seen));
  } catch (error) {
    failures += 1;
    terminal.verdict(`${error.code ?? error.name}: ${error.message}`);
  } finally {
    finish?.();
  }
}

/** The streamed lines must be equal to the text of the result. */
function outputMismatch(result, { text }) {
  const differs = ['stdout', 'stderr'].find(
    (stream) => text[stream].trimEnd() !== result[stream].trimEnd(),
  );
  return differs && `the streamed ${differs} differs from the ${differs} of the result`;
}

async function execute(request, during) {
  const aborted = new AbortController();
  const seen = { lines: [], text: { stdout: '', stderr: '' }, firstLineMs: 0 };
  const show = terminal.outputPrinter();
  const start = performance.now();
  const run = engine.run(request, {
    signal: AbortSignal.any([interrupted.signal, aborted.signal]),
  });
  run.on('output', (event) => {
    if (seen.lines.length === 0) seen.firstLineMs = performance.now() - start;
    seen.lines.push(...event.lines);
    seen.text[event.stream] += event.lines.join('\n') + (event.partial ? '' : '\n');
    show(event);
    during?.({ lines: seen.lines, abort: () => aborted.abort() });
  });
  return { result: await run, seen };
}

function showTable() {
  print();
  terminal.table(
    [
      { title: 'command' },
      { title: 'status', style: (cell, status) => (status === 'completed' ? green(cell) : cell) },
      { title: 'exit', right: true },
      { title: 'duration', right: true },
      { title: 'lines', right: true },
      { title: 'bytes', right: true },
      { title: 'cpu', right: true },
    ],
    ran.map(({ title, result, seen }) => row(title, result, seen)),
  );
  print();
  if (!interrupted.signal.aborted) {
    print(
      failures > 0 ? red(`${failures} of ${ran.length} steps failed.`) : green('All steps passed.'),
    );
  }
}

function row(title, result, seen) {
  const name = terminal.clip(title, 48);
  if (!result) return [name, 'skipped', '', '', '', '', ''];
  const usage = result.resourceUsage;
  return [
    name,
    result.status,
    result.signal ?? String(result.exitCode ?? ''),
    formatMs(result.durationMs),
    String(seen.lines.length),
    formatBytes(result.stdoutBytes + result.stderrBytes),
    usage ? formatMs(usage.userCpuMs + usage.systemCpuMs) : '',
  ];
}
