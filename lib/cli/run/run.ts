/** `run`: one command with live output. Returns its exit code, and ends its whole process tree. */

import type { Execution, PipedExecution } from '../../../types/api';
import type { ExecutionErrorInfo } from '../../../types/errors';
import type { OutputStream } from '../../../types/events';
import type { ExecutionResult } from '../../../types/result';
import type { CommandIo } from '../../../types/subcommand';
import { ExecutionEngine, ownValue } from '../../core/index';
import { ExitCode, errorExitCode, outcomeExitCode, signalExitCode } from '../exit-codes';
import { subcommand } from '../subcommand';
import { BinaryRelay, overflowConfig } from './binary-relay';
import { Display } from './display';
import { forwardInput, mayRead } from './forward-input';
import { Interrupts } from './interrupts';
import { JsonRelay } from './json-relay';
import { errorText, interruptText, outcomeNotices, stopSteps } from './notices';
import { forwardOutput, type Relay } from './relay';
import { RUN } from './run-options';
import { planRun, type RunPlan } from './run-plan';
import { RunStatus } from './run-status';
import { forwardSuspend } from './suspend';
import { TerminalSession, terminalSize } from './terminal-session';
import { TextRelay } from './text-relay';

export const run = subcommand(RUN, (args, io) => new Run(planRun(args, io.env), io).execute());

/** A result, or the error of a request that was rejected. */
type Settlement = { result: ExecutionResult } | { error: Error & Partial<ExecutionErrorInfo> };

class Run {
  readonly #io: CommandIo;
  readonly #plan: RunPlan;
  readonly #status = new RunStatus();
  readonly #overflow: ReturnType<typeof overflowConfig> | undefined;
  readonly #engine: ExecutionEngine;
  readonly #display: Display;
  readonly #execution: Execution;
  readonly #interrupts: Interrupts;
  /** The exit code of a failure for which the program itself cancelled the execution. */
  #failure: number | undefined;

  constructor(plan: RunPlan, io: CommandIo) {
    this.#io = io;
    this.#plan = plan;
    const stdin = plan.stdin && mayRead(io.stdin);
    this.#overflow = plan.binary ? overflowConfig() : undefined;
    this.#engine = new ExecutionEngine({ ...plan.config, ...this.#overflow });
    const pty = plan.pty && { ...terminalSize(io.stdout), term: io.env.TERM || undefined };
    const input = pty || stdin ? 'pipe' : 'ignore';
    this.#execution = this.#engine.run({ ...plan.request, pty, stdin: input });
    this.#display = new Display(io, {
      quiet: plan.quiet,
      status: plan.status ? (columns) => this.#status.text(columns) : undefined,
      onBroken: (stream, error) => this.#onBroken(stream, error),
    });
    this.#status.follow(this.#execution);
    const steps = stopSteps(plan.request, this.#engine.config);
    this.#interrupts = new Interrupts(this.#execution, steps.length, (signal) => {
      if (io.stderr.isTTY === true) this.#display.notify(interruptText(signal, steps));
    });
  }

  /** Resolves to the exit code. */
  async execute(): Promise<number> {
    if (this.#plan.pty) return await this.#executeOnTerminal();
    const execution = this.#execution;
    const settlement = settle(execution);
    const relay = this.#createRelay();
    const { stdin } = execution;
    const stopInput = stdin === undefined ? undefined : forwardInput(this.#io.stdin, stdin);
    const stopSuspend = forwardSuspend(execution, this.#display);
    try {
      await forwardOutput(execution, relay);
      return await this.#finish(await settlement, relay);
    } finally {
      stopInput?.();
      stopSuspend();
      this.#interrupts.stop();
      this.#display.end();
      if (relay instanceof BinaryRelay) await relay.close();
    }
  }

  async #executeOnTerminal(): Promise<number> {
    const settlement = settle(this.#execution);
    const session = new TerminalSession(this.#io, this.#display, this.#execution as PipedExecution);
    session.start();
    try {
      await session.relay();
      const settled = await settlement;
      session.stop();
      return await this.#finish(settled, undefined);
    } finally {
      session.stop();
      this.#interrupts.stop();
      this.#display.end();
    }
  }

  #createRelay(): Relay {
    const display = this.#display;
    const { meter } = this.#status;
    const execution = this.#execution;
    if (this.#overflow !== undefined) {
      const onLost = (): void => this.#fail(ExitCode.engineFailed);
      const { overflowDir } = this.#overflow;
      const relay = new BinaryRelay(display, meter, overflowDir, execution.id, onLost);
      relay.follow(execution);
      return relay;
    }
    if (!this.#plan.json) return new TextRelay(display, meter);
    const relay = new JsonRelay(display, meter, execution.id);
    execution.on('started', (event) => relay.event('started', event));
    execution.on('progress', (event) => relay.event('progress', event));
    execution.on('settled', (event) => relay.end(event));
    return relay;
  }

  async #finish(settlement: Settlement, relay: Relay | undefined): Promise<number> {
    if ('error' in settlement) {
      this.#display.notify(errorText(settlement.error), true);
      return errorExitCode(settlement.error);
    }
    const { result } = settlement;
    if (relay !== undefined) {
      const bytes = await this.#engine.getResult(result.id, { encoding: 'buffer' });
      if (bytes !== null) await relay.finish(bytes);
    }
    for (const { text, always } of outcomeNotices(result)) this.#display.notify(text, always);
    return this.#exitCodeOf(result);
  }

  #exitCodeOf(result: ExecutionResult): number {
    if (result.overflowError !== null && this.#overflow !== undefined) return ExitCode.engineFailed;
    if (result.status === 'cancelled') {
      return this.#interrupts.exitCode ?? this.#failure ?? ExitCode.engineFailed;
    }
    return this.#failure ?? outcomeExitCode(result);
  }

  /** The output cannot be written: the reader has gone, the terminal was closed, or the disk is full. */
  #onBroken(stream: OutputStream, error: NodeJS.ErrnoException): void {
    if (error.code === 'EPIPE') {
      this.#fail(signalExitCode('SIGPIPE'));
    } else if (error.code === 'EIO' && this.#display.isTerminal[stream]) {
      this.#fail(signalExitCode('SIGHUP'));
    } else {
      if (stream === 'stdout') {
        this.#display.notify(`cannot write to stdout: ${error.message}`, true);
      }
      this.#fail(ExitCode.engineFailed);
    }
  }

  #fail(exitCode: number): void {
    this.#failure ??= exitCode;
    void this.#execution.cancel();
  }
}

/** Handles a rejection from the start, so that it is never unhandled. */
function settle(execution: Execution): Promise<Settlement> {
  return execution.result.then(
    (result) => ({ result }),
    (error: Error) => {
      const result = ownValue(error, 'result') as ExecutionResult | undefined;
      return result === undefined ? { error } : { result };
    },
  );
}
