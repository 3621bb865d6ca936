/** `escher-execution-engine console`: a page over an engine, until Ctrl-C. */

import type { CommandIo, Subcommand } from '../command';
import { ExecutionEngine } from '../index';
import { openInBrowser } from './browser';
import { type CommandOptions, parseOptions, USAGE, UsageError } from './options';
import { ConsoleServer } from './server';

/** How long commands have between the first signal and `SIGKILL` when the console ends. */
const GRACE_MS = 5000;
/** Pages get longer lines in pieces. */
const MAX_LINE_BYTES = 65_536;

export const consoleCommand: Subcommand = async (args, io) => {
  let options: CommandOptions | 'help';
  try {
    options = parseOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.stderr.write(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (options === 'help') {
    io.stdout.write(USAGE);
    return 0;
  }
  return serve(options, io);
};

async function serve(options: CommandOptions, io: CommandIo): Promise<number> {
  const engine = makeEngine(options);
  const server = new ConsoleServer(engine, options);
  // Whoever read the link may close the pipe; the console goes on.
  io.stdout.on('error', () => undefined);
  io.stderr.on('error', () => undefined);
  try {
    await server.listen();
  } catch (error) {
    io.stderr.write(`${listenProblem(error as NodeJS.ErrnoException, options)}\n`);
    await engine.shutdown();
    return 1;
  }
  const stopped = untilStopped();
  announce(server.link, options, io);
  if (options.open) open(server.link, io);
  await stopped;
  await end(engine, server, io);
  return 0;
}

function makeEngine({ concurrency, logDir }: CommandOptions): ExecutionEngine {
  return new ExecutionEngine({
    maxConcurrentExecutions: concurrency,
    maxQueuedExecutions: 10_000,
    // As in a terminal, a command may run for as long as it likes.
    maxTimeoutMs: Number.POSITIVE_INFINITY,
    defaultTimeoutMs: Number.POSITIVE_INFINITY,
    // Colours, and nothing that could hide or overwrite what another line says.
    ansi: 'sgr',
    // The console keeps the last output itself; the engine would keep the first.
    maxOutputSizeBytes: 0,
    maxLineBytes: MAX_LINE_BYTES,
    // The console says which records go.
    enableAutoCleanup: false,
    forceKillAfterDelayMs: GRACE_MS,
    ...(logDir === undefined ? {} : { logDir }),
  });
}

function announce(link: string, { cwd }: CommandOptions, io: CommandIo): void {
  io.stdout.write(`${link}\n`);
  io.stderr.write(
    `Open this link in a browser on this machine. Whoever has it can run commands as you.\n` +
      `Commands start in ${cwd}. Ctrl-C ends the console and all that runs in it.\n`,
  );
}

function open(link: string, io: CommandIo): void {
  openInBrowser(link, (reason) => {
    io.stderr.write(`No browser could be opened (${reason}): open the link yourself.\n`);
  });
}

/** Until the first signal. A second one ends the process, which kills at once what still runs. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const stop = () => {
      if (isStopping) process.exit(130);
      isStopping = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}

async function end(engine: ExecutionEngine, server: ConsoleServer, io: CommandIo): Promise<void> {
  const running = await engine.runningCount();
  if (running > 0) {
    const what = running === 1 ? '1 execution' : `${running} executions`;
    io.stderr.write(
      `\nEnding ${what}, for up to ${GRACE_MS / 1000} s. Ctrl-C ends them at once.\n`,
    );
  }
  await engine.shutdown({ graceMs: GRACE_MS });
  await server.close();
}

function listenProblem({ code, message }: NodeJS.ErrnoException, options: CommandOptions): string {
  const { host, port } = options;
  if (code === 'EADDRINUSE') return `Port ${port} of ${host} is taken: name another by --port.`;
  if (code === 'EACCES') return `Port ${port} is reserved: name one above 1023 by --port.`;
  if (code === 'EADDRNOTAVAIL') return `This machine has no address ${host}.`;
  return `Cannot listen on ${host}, port ${port}: ${message}`;
}
