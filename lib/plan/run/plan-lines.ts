/** The lines of all steps of a plan for one reader. */

import type { ExecutionLine } from '../../../types/api';
import type { PlanLine, RetriedExecution } from '../../../types/plan';

/** A step that has begun. */
export interface BegunStep {
  readonly step: number;
  readonly name: string | null;
  readonly run: RetriedExecution;
}

/** What a reader needs of the plan. */
export interface ReadablePlan {
  readonly begun: readonly BegunStep[];
  readonly readers: Set<PlanLines>;
  /** Whether no step begins any more. */
  readonly isOver: boolean;
  /** Rejects with the error of an invalid plan. */
  failure(): Promise<void>;
}

interface Waiter {
  resolve(result: IteratorResult<PlanLine, undefined>): void;
  reject(error: unknown): void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
const ignore = (): void => undefined;

/** One line of each step is asked for, and no more until it is taken: a slow reader holds the steps back. */
class Feed {
  readonly #begun: BegunStep;
  readonly #lines: AsyncIterator<ExecutionLine, unknown>;
  /** Pieces of a line that has not ended. */
  readonly #pieces: Record<'stdout' | 'stderr', string | undefined>;

  constructor(begun: BegunStep) {
    this.#begun = begun;
    this.#lines = begun.run[Symbol.asyncIterator]();
    this.#pieces = { stdout: undefined, stderr: undefined };
  }

  /** The next whole line; `undefined` at the end. */
  async next(): Promise<PlanLine | undefined> {
    try {
      for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) {
        const { stream, line, partial } = next.value;
        const whole = (this.#pieces[stream] ?? '') + line;
        this.#pieces[stream] = partial ? whole : undefined;
        if (!partial) return this.#line(stream, whole);
      }
    } catch (error) {
      // The failure of a step is in the result of the plan.
      if (!(await hasFailed(this.#begun.run))) throw error;
    }
    return this.#rest();
  }

  close(): void {
    void this.#lines.return?.()?.catch(ignore);
  }

  /** A last line that was not ended. */
  #rest(): PlanLine | undefined {
    for (const stream of ['stdout', 'stderr'] as const) {
      const piece = this.#pieces[stream];
      this.#pieces[stream] = undefined;
      if (piece !== undefined) return this.#line(stream, piece);
    }
    return undefined;
  }

  #line(stream: 'stdout' | 'stderr', line: string): PlanLine {
    const { step, name } = this.#begun;
    return { step, name, stream, line };
  }
}

const hasFailed = (run: RetriedExecution): Promise<boolean> =>
  run.result.then(
    () => false,
    () => true,
  );

export class PlanLines {
  readonly #plan: ReadablePlan;
  readonly #feeds = new Set<Feed>();
  readonly #ready: { line: PlanLine; feed: Feed }[] = [];
  readonly #waiters: Waiter[] = [];
  #isClosed = false;
  #error: unknown;

  constructor(plan: ReadablePlan) {
    this.#plan = plan;
    plan.readers.add(this);
    for (const step of plan.begun) this.begins(step);
  }

  begins(step: BegunStep): void {
    const feed = new Feed(step);
    this.#feeds.add(feed);
    this.#ask(feed);
  }

  /** No step begins any more. */
  ends(): void {
    this.#pump();
  }

  next(): Promise<IteratorResult<PlanLine, undefined>> {
    if (this.#isClosed) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#pump();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#plan.readers.delete(this);
    for (const feed of this.#feeds) feed.close();
    this.#feeds.clear();
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(DONE);
  }

  #ask(feed: Feed): void {
    feed.next().then(
      (line) => {
        if (line === undefined) this.#feeds.delete(feed);
        else this.#ready.push({ line, feed });
        this.#pump();
      },
      (error: unknown) => {
        this.#feeds.delete(feed);
        this.#error ??= error;
        this.#pump();
      },
    );
  }

  #pump(): void {
    while (this.#waiters.length > 0) {
      const ready = this.#ready.shift();
      if (ready === undefined) break;
      this.#waiters.shift()?.resolve({ done: false, value: ready.line });
      this.#ask(ready.feed);
    }
    if (this.#waiters.length > 0 && this.#feeds.size === 0 && this.#plan.isOver) this.#finish();
  }

  /** The first pending call rejects with a failure; the others are done. */
  #finish(): void {
    const first = this.#waiters.shift() as Waiter;
    if (this.#error !== undefined) first.reject(this.#error);
    else this.#plan.failure().then(() => first.resolve(DONE), first.reject);
    this.close();
  }
}

/** The steps are read from the first call of `next()` on. */
export function iterateSteps(plan: ReadablePlan): AsyncIterableIterator<PlanLine> {
  let lines: PlanLines | undefined;
  let isReturned = false;
  const iterator: AsyncIterableIterator<PlanLine> = {
    async next() {
      if (isReturned) return DONE;
      lines ??= new PlanLines(plan);
      return await lines.next();
    },
    async return() {
      isReturned = true;
      lines?.close();
      return DONE;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
