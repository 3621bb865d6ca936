/** Errors thrown by listeners. */

/**
 * Makes Node report an error of a listener as an uncaught exception, without interrupting the current
 * delivery.
 */
export function rethrowLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
