/** The lines of all steps of a plan for one reader. */

import type { ExecutionLine } from '../../../types/api';
import type { PlanLine, RetriedExecution } from '../../../types/plan';
import { iterateWhenAsked, WaitingReader } from '../../core/index';

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

export class PlanLines extends WaitingReader<PlanLine> {
  readonly #plan: ReadablePlan;
  readonly #feeds = new Set<Feed>();
  readonly #ready: { line: PlanLine; feed: Feed }[] = [];
  #error: unknown;

  constructor(plan: ReadablePlan) {
    super();
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
    this.pump();
  }

  #ask(feed: Feed): void {
    feed.next().then(
      (line) => {
        if (line === undefined) this.#feeds.delete(feed);
        else this.#ready.push({ line, feed });
        this.pump();
      },
      (error: unknown) => {
        this.#feeds.delete(feed);
        this.#error ??= error;
        this.pump();
      },
    );
  }

  protected override take(): PlanLine | undefined {
    const ready = this.#ready.shift();
    if (ready !== undefined) this.#ask(ready.feed);
    return ready?.line;
  }

  protected override isAtEnd(): boolean {
    return this.#feeds.size === 0 && this.#plan.isOver;
  }

  protected override async outcome(): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    await this.#plan.failure();
  }

  protected override release(): void {
    this.#plan.readers.delete(this);
    for (const feed of this.#feeds) feed.close();
    this.#feeds.clear();
  }
}

/** The steps are read from the first call of `next()` on. */
export const iterateSteps = (plan: ReadablePlan): AsyncIterableIterator<PlanLine> =>
  iterateWhenAsked(() => new PlanLines(plan));
