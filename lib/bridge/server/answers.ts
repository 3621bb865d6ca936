/** The answers to the lines of a connection, in the order in which they are put. */

import type { WireData, WireError } from '../../../types/wire';
import type { WirePlanResult } from '../../../types/wire-plan';
import { ownValue } from '../../core/index';
import { errorToWire } from '../wire/error';
import { outputLength, withoutOutput } from '../wire/plan-result';
import type { WriteQueue } from './write-queue';

/** The memory of an answer without its output. */
const ANSWER_BYTES = 1024;

export interface Answer {
  type?: string;
  seq: number | null;
  payload?: unknown;
  error?: WireError;
}

export class Answers {
  readonly #writeQueue: WriteQueue;

  constructor(writeQueue: WriteQueue) {
    this.#writeQueue = writeQueue;
  }

  put(answer: Answer): void {
    this.#writeQueue.put(
      () => {
        try {
          return JSON.stringify({ type: 'response', ...answer });
        } catch (error) {
          // The text is longer than a string can be.
          if (answer.type === 'plan_result') {
            return JSON.stringify({
              ...answer,
              payload: withoutOutput(answer.payload as WirePlanResult),
            });
          }
          return JSON.stringify({ type: 'response', seq: answer.seq, error: errorToWire(error) });
        }
      },
      answer.type === 'plan_result'
        ? ANSWER_BYTES + outputLength(answer.payload as WirePlanResult)
        : weightOf(answer.payload ?? answer.error?.result),
    );
  }

  putError(error: unknown, about: Partial<WireError>): void {
    this.#writeQueue.put(() => errorLine(error, about), ANSWER_BYTES);
  }
}

export function errorLine(error: unknown, about: Partial<WireError> = {}): string {
  return JSON.stringify({ type: 'error', payload: { ...errorToWire(error), ...about } });
}

/** About the memory of an answer: the output of a result, as text or as base64, or a listing. */
function weightOf(payload: unknown): number {
  if (Array.isArray(payload)) return ANSWER_BYTES + JSON.stringify(payload).length;
  const [out, err] = ['stdout', 'stderr'].map((name) => {
    const data = (ownValue(payload, name) ?? '') as WireData;
    return (typeof data === 'string' ? data : data.base64).length;
  });
  return ANSWER_BYTES + (out as number) + (err as number);
}
