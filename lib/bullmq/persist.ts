/** Repeats a step of the store until it succeeds: what has run must not be forgotten because the store is full or away. */

const LONGEST_PAUSE_MS = 2000;

/** `undefined` when `isOver()` says that the step is not needed any more. */
export async function persist<T>(
  step: () => Promise<T>,
  report: (error: unknown) => void,
  isOver: () => boolean,
): Promise<{ value: T } | undefined> {
  for (let pause = 50; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return { value: await step() };
    } catch (error) {
      report(error);
    }
    if (isOver()) return undefined;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
