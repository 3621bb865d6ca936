/** An engine without processes: the test decides how each execution ends. */

import { EventEmitter } from 'node:events';
import {
  type Execution,
  type ExecutionEngineApi,
  ExecutionError,
  type ExecutionErrorCode,
  type ExecutionRequest,
  type ExecutionResult,
  type ExecutionStatus,
  type RunOptions,
} from 'escher-execution-engine';

/** A result with the fields that a test names. */
export function resultOf(fields: Partial<ExecutionResult> = {}): ExecutionResult {
  const status = fields.status ?? 'completed';
  const code = ERRORS[status];
  return {
    id: '',
    status,
    success: status === 'completed',
    exitCode: status === 'completed' ? 0 : null,
    signal: null,
    stdout: '',
    stderr: '',
    stdoutTruncated: false,
    stderrTruncated: false,
    outputDropped: false,
    error: code === undefined ? null : { code, message: status },
    metadata: {},
    ...fields,
  } as ExecutionResult;
}

const ERRORS: Partial<Record<ExecutionStatus, ExecutionErrorCode>> = {
  failed: 'ERR_COMMAND_FAILED',
  timeout: 'ERR_TIMEOUT',
  cancelled: 'ERR_CANCELLED',
};

export const exited = (exitCode: number): ExecutionResult =>
  resultOf({ status: exitCode === 0 ? 'completed' : 'failed', exitCode });

/** An execution that ends when the test says so. */
export class FakeExecution extends EventEmitter {
  readonly id: string;
  readonly request: ExecutionRequest;
  pid: number | undefined;
  cancels = 0;
  isOver = false;
  readonly result: Promise<ExecutionResult>;
  #settle!: { resolve(result: ExecutionResult): void; reject(error: unknown): void };

  constructor(request: ExecutionRequest) {
    super();
    this.request = request;
    this.id = request.id ?? globalThis.crypto.randomUUID();
    this.result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.result.catch(() => undefined);
  }

  get tags(): Record<string, string> {
    return this.request.metadata?.tags ?? {};
  }

  start(pid = 1): void {
    this.pid = pid;
    this.emit('started', { executionId: this.id, timestamp: 0, pid, command: 'fake' });
  }

  end(given: ExecutionResult): void {
    if (this.isOver) return;
    this.isOver = true;
    const result = { ...given, id: this.id };
    const event = { executionId: this.id, timestamp: 0, result };
    this.emit(result.status, event);
    this.emit('settled', event);
    const { error } = result;
    const isFailed = error?.code === 'ERR_SPAWN_FAILED' || error?.code === 'ERR_IO';
    if (isFailed) this.#settle.reject(new ExecutionError(error.code, error.message, { result }));
    else this.#settle.resolve(result);
  }

  /** The engine refuses the request. */
  refuse(code: ExecutionErrorCode): void {
    this.isOver = true;
    this.#settle.reject(new ExecutionError(code, code));
  }

  async cancel(): Promise<boolean> {
    this.cancels++;
    const wasLive = !this.isOver;
    this.end(resultOf({ status: 'cancelled' }));
    return wasLive;
  }
}

export class FakeEngine extends EventEmitter {
  readonly config = { maxConcurrentExecutions: 100, maxTimeoutMs: 3_600_000 };
  readonly runs: FakeExecution[] = [];
  /** Called at each start. */
  onRun: (execution: FakeExecution) => void = () => undefined;

  get api(): ExecutionEngineApi {
    return this as unknown as ExecutionEngineApi;
  }

  get last(): FakeExecution {
    return this.runs.at(-1) as FakeExecution;
  }

  run(request: ExecutionRequest, options: RunOptions = {}): Execution {
    const execution = new FakeExecution(request);
    this.runs.push(execution);
    if (options.signal?.aborted) {
      queueMicrotask(() => execution.end(resultOf({ status: 'cancelled' })));
    } else this.onRun(execution);
    return execution as unknown as Execution;
  }

  /** The requests that were checked, and whether with their files. */
  readonly checks: [request: ExecutionRequest, files: boolean | undefined][] = [];
  /** Called at each check. What it throws is the refusal. */
  onCheck: (request: ExecutionRequest) => void = () => undefined;

  async validate(request: ExecutionRequest, options: { files?: boolean } = {}): Promise<void> {
    this.checks.push([request, options.files]);
    this.onCheck(request);
  }
}

/** A clock whose delays end when the test says so. */
export class FakeClock {
  readonly delays: number[] = [];
  chance = 1;
  readonly #wakes: (() => void)[] = [];

  readonly random = (): number => this.chance;

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> => {
    this.delays.push(ms);
    return new Promise((resolve) => {
      this.#wakes.push(resolve);
      signal.addEventListener('abort', () => resolve());
    });
  };

  /** Ends all delays. */
  wake(): void {
    for (const wake of this.#wakes.splice(0)) wake();
  }
}

/** Lets everything happen that waits for nothing else. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
