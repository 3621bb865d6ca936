/** `run`: one command with live output, its exit code passed on, and an end that reaches its tree. */

import type { Execution } from '../../types/api';
import type { ExecutionErrorInfo } from '../../types/errors';
import type { OutputStream } from '../../types/events';
import type { ExecutionResult } from '../../types/result';
import type { CommandIo } from '../command';
import { ExecutionEngine } from '../index';
import { type Parsed, subcommand } from './arguments';
import { BinaryRelay, toFiles } from './binary-relay';
import { Display } from './display';
import { bySignal, ENGINE_FAILED, ofError, ofOutcome } from './exit-codes';
import { farewell, plainly, remarksOn } from './explain';
import { forwardInput, mayRead } from './forward-input';
import { Interrupts } from './interrupts';
import { JsonRelay } from './json-relay';
import { pump, type Relay } from './relay';
import { planOf, RUN, type RunPlan } from './run-options';
import { RunStatus } from './run-status';
import { suspendWith } from './suspend';
import { TextRelay } from './text-relay';

export const run = subcommand(RUN, (parsed, io) => new Run(parsed, io).execute());

/** How it came to an end: a result, or the error of a request that was refused. */
type End = { result: ExecutionResult } | { error: Error & Partial<ExecutionErrorInfo> };

class Run {
  readonly #io: CommandIo;
  readonly #plan: RunPlan;
  readonly #status = new RunStatus();
  readonly #files: ReturnType<typeof toFiles> | undefined;
  readonly #engine: ExecutionEngine;
  readonly #display: Display;
  readonly #execution: Execution;
  readonly #interrupts: Interrupts;
  /** Why the program itself ended the execution, as an exit code. */
  #broken: number | undefined;

  constructor(parsed: Parsed, io: CommandIo) {
    this.#io = io;
    const plan = planOf(parsed, io.env);
    this.#plan = plan;
    const stdin = plan.stdin && mayRead(io.stdin);
    this.#files = plan.binary ? toFiles() : undefined;
    this.#engine = new ExecutionEngine({ ...plan.config, ...this.#files });
    this.#execution = this.#engine.run({ ...plan.request, stdin: stdin ? 'pipe' : 'ignore' });
    this.#display = new Display(io, {
      quiet: plan.quiet,
      status: plan.status ? (columns) => this.#status.text(columns) : undefined,
      onBroken: (stream, error) => this.#onBroken(stream, error),
    });
    this.#status.follow(this.#execution);
    this.#interrupts = new Interrupts(this.#execution, (signal) => {
      if (io.stderr.isTTY !== true) return;
      this.#display.say(farewell(signal, plan.request, this.#engine.config));
    });
  }

  async execute(): Promise<number> {
    const execution = this.#execution;
    const end = endOf(execution);
    const relay = this.#relay();
    const { stdin } = execution;
    const stopInput = stdin === undefined ? undefined : forwardInput(this.#io.stdin, stdin);
    const stopSuspending = suspendWith(execution, this.#display);
    try {
      await pump(execution, relay);
      return await this.#close(await end, relay);
    } finally {
      stopInput?.();
      stopSuspending();
      this.#interrupts.stop();
      this.#display.end();
      if (relay instanceof BinaryRelay) await relay.close();
    }
  }

  #relay(): Relay {
    const display = this.#display;
    const { meter } = this.#status;
    const { id } = this.#execution;
    if (this.#files !== undefined) {
      const lost = (): void => this.#fail(ENGINE_FAILED);
      const relay = new BinaryRelay(display, meter, this.#files.overflowDir, id, lost);
      relay.follow(this.#execution);
      return relay;
    }
    if (!this.#plan.json) return new TextRelay(display, meter);
    const relay = new JsonRelay(display, meter, id);
    this.#execution.on('started', (event) => relay.event('started', event));
    this.#execution.on('progress', (event) => relay.event('progress', event));
    this.#execution.on('settled', (event) => relay.end(event));
    return relay;
  }

  async #close(end: End, relay: Relay): Promise<number> {
    if ('error' in end) {
      this.#display.say(plainly(end.error), true);
      return ofError(end.error);
    }
    const { result } = end;
    const kept = await this.#engine.getResult(result.id, { encoding: 'buffer' });
    if (kept !== null) await relay.finish(kept);
    for (const { text, always } of remarksOn(result)) this.#display.say(text, always);
    return this.#exitCode(result);
  }

  #exitCode(result: ExecutionResult): number {
    if (result.overflowError !== null && this.#files !== undefined) return ENGINE_FAILED;
    const own = this.#interrupts.exitCode ?? this.#broken;
    if (result.status === 'cancelled') return own ?? ENGINE_FAILED;
    return this.#broken ?? ofOutcome(result);
  }

  /** Nobody takes the output any more. */
  #onBroken(stream: OutputStream, error: NodeJS.ErrnoException): void {
    if (error.code === 'EPIPE') {
      this.#fail(bySignal('SIGPIPE'));
    } else if (error.code === 'EIO' && this.#display.isTerminal[stream]) {
      this.#fail(bySignal('SIGHUP'));
    } else {
      if (stream === 'stdout') this.#display.say(`cannot write to stdout: ${error.message}`, true);
      this.#fail(ENGINE_FAILED);
    }
  }

  #fail(exitCode: number): void {
    this.#broken ??= exitCode;
    void this.#execution.cancel();
  }
}

/** Asked for at once, so that a failure finds somebody who waits for it. */
function endOf(execution: Execution): Promise<End> {
  return execution.result.then(
    (result) => ({ result }),
    (error: Error & { result?: ExecutionResult }) =>
      error.result === undefined ? { error } : { result: error.result },
  );
}
