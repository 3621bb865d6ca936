/** Turns the answer of a test into lines, and a result at the end. */

import type { FakeAnswer, FakeLine, FakeResult } from '../../types/testing';
import { asObject, asOneOf, asString, ownFields, RETURNED, STREAM_NAMES } from '../core/index';

/** The number of a stream, and a line of it. */
export type Line = readonly [0 | 1, string];

/** An answer that is read step by step, as a command writes. */
export interface Answer {
  /** A result that needs no step. */
  readonly known?: FakeResult;
  next(): Promise<Line[] | FakeResult>;
  /** The execution was ended: the generator runs its `finally` blocks. */
  stop(): void;
}

export const isResult = (step: Line[] | FakeResult): step is FakeResult => !Array.isArray(step);

export function answerOf(given: FakeAnswer): Answer {
  if (given === undefined) return ends({});
  if (typeof given === 'string') return ends({ stdout: given });
  const fields = asObject('answer', given);
  if (typeof fields[Symbol.asyncIterator as never] === 'function') {
    return iterated((given as AsyncIterable<FakeLine>)[Symbol.asyncIterator]());
  }
  if (typeof fields[Symbol.iterator as never] === 'function') {
    return iterated((given as Iterable<FakeLine>)[Symbol.iterator]());
  }
  return ends(resultOf(given));
}

/** The lines of a text that ends a stream. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The own fields of a result, with nothing to inherit. Unknown ones are refused. */
const resultOf = (given: unknown): FakeResult =>
  ownFields('result', given, [
    ...Object.keys(RETURNED.outcome.of),
    'stdout',
    'stderr',
  ]) as FakeResult;

function ends(result: FakeResult): Answer {
  return { known: result, next: async () => result, stop: () => undefined };
}

function iterated(steps: AsyncIterator<FakeLine, unknown> | Iterator<FakeLine, unknown>): Answer {
  return {
    async next() {
      const step = await steps.next();
      return step.done ? resultOf(step.value ?? {}) : lineOf(step.value);
    },
    stop() {
      // An error of the test's own clean-up has no one to report it to.
      void (async () => steps.return?.(undefined))().catch(() => undefined);
    },
  };
}

function lineOf(given: FakeLine): Line[] {
  if (typeof given === 'string') return linesOf(`${given}\n`.replace(/\n\n$/, '\n')).map(onStdout);
  const { stream = 'stdout', line } = asObject('line', given);
  const number = STREAM_NAMES.indexOf(asOneOf('line.stream', stream, STREAM_NAMES)) as 0 | 1;
  const text = asString('line.line', line);
  return linesOf(`${text}\n`.replace(/\n\n$/, '\n')).map((each) => [number, each] as const);
}

const onStdout = (line: string): Line => [0, line];
