import type { ExecutionRequest, ProgressEvent } from 'escher-execution-engine';
import { exec, sh } from './commands';
import { makeEngine } from './engine';
import { waitFor } from './wait';

export type Progress = NonNullable<ExecutionRequest['progress']>;
export type State = [fraction: number | null, label: string | null];

interface Emitter {
  on(name: 'progress', listener: (event: ProgressEvent) => void): unknown;
}

/** Collects the progress events of an engine or a handle. */
export function follow(emitter: Emitter): State[] {
  const states: State[] = [];
  emitter.on('progress', ({ fraction, label }) => states.push([fraction, label]));
  return states;
}

/** The progress events of a command that prints each text after the previous one was reported. */
export async function reportedInTurn(progress: Progress, ...texts: string[]): Promise<State[]> {
  const engine = makeEngine({ partialLineFlushMs: 1 });
  const script = texts.map((text) => `printf '%b' '${text}'; read -r _`).join('; ');
  const execution = engine.run(sh(script, { progress, stdin: 'pipe' }));
  const states = follow(execution);
  for (const [index] of texts.entries()) {
    await waitFor(`event ${index}`, () => states.length > index);
    execution.stdin.write('\n');
  }
  await execution;
  return states;
}

/** The last progress event of a command that prints a text. */
export const lastProgress = async (
  progress: Progress,
  text: string,
): Promise<State | undefined> => {
  const engine = makeEngine({ partialLineFlushMs: 1 });
  const execution = engine.run(exec('printf', ['%b', text], { progress }));
  const states = follow(execution);
  await execution;
  return states.at(-1);
};
