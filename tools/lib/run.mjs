// Runs programs in the root of the repository.
import { spawn, spawnSync } from 'node:child_process';
import { bin, root } from './paths.mjs';

// On Windows the programs of npm packages are command files, which need a shell.
const shell = process.platform === 'win32';

function run(program, args, options) {
  const { status, signal, error } = spawnSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    shell,
    ...options,
  });
  if (error) console.error(`${program}: ${error.message}`);
  else if (signal) console.error(`${program}: killed by ${signal}`);
  return status ?? 1;
}

/** Runs a program with its output on the terminal, and returns whether it exited with 0. */
export const succeeds = (program, args, options) => run(program, args, options) === 0;

/** Runs a program; if it fails, exits with its exit code. */
export function must(program, args, options) {
  const status = run(program, args, options);
  if (status !== 0) process.exit(status);
}

/** The same for a program of an installed npm package. */
export const mustBin = (name, args, options) => must(bin(name), args, options);

/** Runs a program and resolves with its exit code and its output. */
export function capture(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell,
      ...options,
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', (error) => resolve({ code: 127, output: `${program}: ${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
