// The live output of the manager: a line when a step starts or ends, and the lines of each step after its name.
import process from 'node:process';

const colours = process.stdout.isTTY && process.env.NO_COLOR === undefined;
const paint = (code) => (text) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
const [bold, dim, red, green, yellow, cyan] = [1, 2, 31, 32, 33, 36].map(paint);

const MARKS = {
  completed: green('✔'),
  failed: red('✖'),
  timeout: red('⏱'),
  cancelled: yellow('■'),
  skipped: dim('-'),
};
const WIDTH = 12;

export const print = (text = '') => console.log(text);

export function showStage(number, total, { name, plan, missing }) {
  print(`\n${bold(`${number}/${total} ${name}`)} ${dim(`(${plan.strategy.type})`)}`);
  for (const reason of missing) print(dim(`  left out: ${reason}`));
}

/** Resolves after the last line. */
export async function follow(run) {
  run.on('stepStarted', ({ name, command }) => print(`  ${cyan('▶')} ${name} ${dim(command)}`));
  run.on('stepRetrying', ({ name, attempt }) => print(yellow(`  ↻ ${name}: ${attempt} failed`)));
  // Deferred, so that the loop below prints the last lines of the step before its end.
  run.on('stepFinished', (step) => setImmediate(showFinished, step));
  for await (const { name, stream, line } of run) {
    const bar = stream === 'stderr' ? red('│') : dim('│');
    print(`    ${name.padEnd(WIDTH)} ${bar} ${line}`);
  }
  await new Promise(setImmediate);
}

function showFinished({ name, status, result, error }) {
  const time = result === null ? '' : dim(` ${Math.round(result.durationMs)} ms`);
  const why = error === null ? '' : ` ${error.message.split('\n')[0]}`;
  print(`  ${MARKS[status]} ${name} ${status}${time}${why}`);
}

export function showEnd(name, results) {
  const steps = results.flatMap((result) => result.steps);
  const done = steps.filter(({ status }) => status === 'completed').length;
  const text = `${name}: ${done} of ${steps.length} steps completed`;
  print(`\n${done === steps.length ? green(text) : red(text)}`);
}
