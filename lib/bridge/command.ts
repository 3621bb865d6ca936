/** The subcommand `bridge`: an engine of its own for the program that runs it. */

import { constants } from 'node:os';
import type { BridgeEnd } from '../../types/bridge';
import type { CommandIo, Subcommand } from '../command';
import { ExecutionEngine } from '../index';
import { type BridgeArguments, HELP, parseArguments } from './command-line';
import { messageToWire } from './error';
import { serveBridge } from './serve';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const EXIT_CODES: Readonly<Record<Exclude<BridgeEnd, 'aborted'>, number>> = {
  input: 0,
  shutdown: 0,
  output: 1,
};

/** The subcommand `bridge` of the program. */
export const bridgeCommand: Subcommand = async (args, io) => {
  const say = (text: string): void => void io.stderr.write(`bridge: ${text}\n`);
  // Whoever reads it may be gone as well, and that must not end what is under way.
  io.stderr.on('error', () => undefined);
  let given: BridgeArguments;
  try {
    given = parseArguments(args);
  } catch (error) {
    say(`${messageToWire(error as Error)}\nbridge: --help tells the options`);
    return 2;
  }
  if (given.help) {
    io.stdout.write(HELP);
    return 0;
  }
  let engine: ExecutionEngine;
  try {
    engine = new ExecutionEngine(given.config);
  } catch (error) {
    say(messageToWire(error as Error));
    return (error as { code?: unknown }).code === 'ERR_INVALID_CONFIG' ? 2 : 1;
  }
  if (io.stdin.isTTY) say('takes a line of JSON at a time; --help tells more, Ctrl-D ends it');
  return await serve(engine, given, io);
};

async function serve(
  engine: ExecutionEngine,
  { options }: BridgeArguments,
  { stdin: readable, stdout: writable }: CommandIo,
): Promise<number> {
  const ending = new AbortController();
  let signalled = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    const code = 128 + constants.signals[signal];
    // The engine kills what runs when the process exits.
    if (signalled !== 0) process.exit(code);
    signalled = code;
    ending.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    const streams = { readable, writable };
    const end = await serveBridge(engine, streams, { ...options, signal: ending.signal });
    if (end !== 'aborted') return EXIT_CODES[end];
    // What a stuck reader has not taken would keep the process for as long as it is stuck.
    if (writable.writableLength > 0) process.exit(signalled);
    return signalled;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
