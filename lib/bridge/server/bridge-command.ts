/** The subcommand `bridge`: serves an engine to the program that started it. */

import { constants } from 'node:os';
import type { BridgeCommand, BridgeEnd, PlanExecutor } from '../../../types/bridge';
import type { CommandIo } from '../../../types/subcommand';
import { ExecutionEngine } from '../../core/index';
import { messageToWire } from '../wire/error';
import { type BridgeArguments, HELP, parseArguments } from './bridge-arguments';
import { serve } from './serve';

const REFUSALS = {
  patterns: 'the bridge runs without --progress-patterns',
  rawCapture: 'the bridge runs without --raw-capture',
};
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const EXIT_CODES: Readonly<Record<Exclude<BridgeEnd, 'aborted'>, number>> = {
  input: 0,
  shutdown: 0,
  output: 1,
};

/**
 * The subcommand `bridge` of the program `escher-execution-engine`.
 * @param executePlan - runs the plans of the client. Without it they are refused
 */
export const bridgeCommand: BridgeCommand = async (args, io, executePlan) => {
  const report = (text: string): void => void io.stderr.write(`bridge: ${text}\n`);
  // A closed stderr must not end the executions.
  io.stderr.on('error', () => undefined);
  let given: BridgeArguments;
  try {
    given = parseArguments(args);
  } catch (error) {
    report(`${messageToWire(error as Error)}\nbridge: use --help for the options`);
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
    report(messageToWire(error as Error));
    return (error as { code?: unknown }).code === 'ERR_INVALID_CONFIG' ? 2 : 1;
  }
  if (io.stdin.isTTY) report('reads one JSON object per line; --help for more, Ctrl-D to end');
  return await untilEnd(engine, given, io, executePlan);
};

async function untilEnd(
  engine: ExecutionEngine,
  { options }: BridgeArguments,
  { stdin: readable, stdout: writable }: CommandIo,
  executePlan: PlanExecutor | undefined,
): Promise<number> {
  const ending = new AbortController();
  let exitCode = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    const code = 128 + constants.signals[signal];
    // The second signal. The engine kills its processes when this process exits.
    if (exitCode !== 0) process.exit(code);
    exitCode = code;
    ending.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    const streams = { readable, writable };
    const all = { ...options, executePlan, signal: ending.signal };
    const end = await serve(engine, streams, all, REFUSALS);
    if (end !== 'aborted') return EXIT_CODES[end];
    // Output that a stuck reader does not read would keep this process alive.
    if (writable.writableLength > 0) process.exit(exitCode);
    return exitCode;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
