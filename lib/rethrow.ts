/** What a listener threw. */

/**
 * Lets Node treat what a listener threw as an uncaught exception, without stopping what is under
 * way.
 */
export function rethrowLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
