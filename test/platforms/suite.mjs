// The package in whatever runs this file: Node.js, Bun, Deno; natively or under an emulator. It is a program, not a test
// of a test runner, since each of these has its own. The package is found in node_modules beside or above this file.
//
// Prints one line of JSON for each case, `{ name, status, message }`, and exits with 0 if all have run.
import { cases } from './suite-cases.mjs';

// Longer than any case on a busy machine under an emulator.
const HANG_MS = 180_000;

const only = process.argv.slice(2);
const skipped = JSON.parse(process.env.ESCHER_SUITE_SKIPPED ?? '[]');
for (const [name, run] of Object.entries(cases)) {
  if (skipped.includes(name)) await print(`${JSON.stringify({ name, status: 'skipped', message: '' })}\n`);
  else if (only.length === 0 || only.includes(name)) await report(name, run);
}
// Something that a case left behind must not keep this alive: the case about that runs a program of its own.
process.exit(0);

async function report(name, run) {
  let status = 'passed';
  let message = '';
  try {
    await inTime(run());
  } catch (error) {
    status = 'failed';
    message = String(error?.stack ?? error);
  }
  await print(`${JSON.stringify({ name, status, message })}\n`);
}

function inTime(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${HANG_MS} ms`)), HANG_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function print(text) {
  return new Promise((resolve) => process.stdout.write(text, resolve));
}
