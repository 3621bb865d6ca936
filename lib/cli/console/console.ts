/** `console`: a web page for an engine, until Ctrl-C. */

import { hostname } from 'node:os';
import type { CommandIo } from '../../../types/subcommand';
import { ConsoleServer, consoleEngineConfig, SHUTDOWN_GRACE_MS } from '../../console/index';
import { ExecutionEngine } from '../../core/index';
import { subcommand } from '../subcommand';
import { openInBrowser } from './browser';
import { CONSOLE, type ConsoleCommandOptions, consoleOptions } from './console-options';

export const consoleCommand = subcommand(CONSOLE, (args, io) => serve(consoleOptions(args), io));

async function serve(options: ConsoleCommandOptions, io: CommandIo): Promise<number> {
  const engine = new ExecutionEngine(consoleEngineConfig(options));
  const server = new ConsoleServer(engine, options);
  try {
    await server.listen();
  } catch (error) {
    io.stderr.write(`${listenErrorText(error as NodeJS.ErrnoException, options)}\n`);
    await engine.shutdown();
    return 1;
  }
  const stopped = untilStopped();
  printLink(server.link, options, io);
  if (options.open) open(server.link, io);
  await stopped;
  await stop(engine, server, io);
  return 0;
}

/** Only the link is written to stdout, so that a script can read it. */
function printLink(link: string, { cwd }: ConsoleCommandOptions, io: CommandIo): void {
  io.stdout.write(`${link}\n`);
  io.stderr.write(
    `Open this link in a browser on this machine. Everyone who has it can run commands as you.\n` +
      `${isRemote() ? tunnelHint(link) : ''}` +
      `Commands start in ${cwd}. Ctrl-C ends the console and all of its commands.\n`,
  );
}

/** The browser is on another machine. */
const isRemote = (): boolean => Boolean(process.env.SSH_CONNECTION);

function tunnelHint(link: string): string {
  const { host: address, port } = new URL(link);
  const tunnel = `ssh -L ${port}:${address} ${hostname()}`;
  return `From the machine of the browser: ${tunnel}, then open the link there.\n`;
}

function open(link: string, io: CommandIo): void {
  openInBrowser(link, (reason) => {
    io.stderr.write(`No browser could be opened (${reason}). Open the link yourself.\n`);
  });
}

/** Resolves at the first signal. A second one exits; the engine then kills all running executions. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = () => {
      if (isStopping) process.exit(130);
      isStopping = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}

async function stop(engine: ExecutionEngine, server: ConsoleServer, io: CommandIo): Promise<void> {
  const running = await engine.runningCount();
  if (running > 0) {
    const what = running === 1 ? '1 execution' : `${running} executions`;
    const seconds = SHUTDOWN_GRACE_MS / 1000;
    io.stderr.write(`\nEnding ${what}, within ${seconds} s. Ctrl-C ends them immediately.\n`);
  }
  await engine.shutdown({ graceMs: SHUTDOWN_GRACE_MS });
  await server.close();
}

function listenErrorText(
  { code, message }: NodeJS.ErrnoException,
  { host, port }: ConsoleCommandOptions,
): string {
  const other = 'Choose another one with --port, or a free one without --port.';
  if (code === 'EADDRINUSE') return `Port ${port} of ${host} is in use. ${other}`;
  if (code === 'EACCES') return `Port ${port} is privileged. Choose one above 1023 with --port.`;
  if (code === 'EADDRNOTAVAIL') return `This machine has no address ${host}.`;
  return `Cannot listen on ${host}, port ${port}: ${message}`;
}
