/** The place in the program that made a call, for the stack of an error that is created later. */

/** Holds a captured stack, which is turned into text only when it is read. */
export type CallSite = Readonly<{ stack?: unknown }>;

/** `callee`: the public function; its callers are shown. */
export function callSite(callee: object): CallSite {
  const site = {};
  Error.captureStackTrace(site, callee as (...args: never) => unknown);
  return site;
}

/** Replaces the frames of an error by those of the call. */
export function calledAt(error: unknown, site: CallSite | undefined): unknown {
  const frames = framesOf(site);
  if (!(error instanceof Error) || frames === undefined) return error;
  try {
    error.stack = `${error.name}: ${error.message}${frames}`;
  } catch {
    // A frozen error, such as the reason of an abort, keeps its stack.
  }
  return error;
}

/** `undefined` if the program captures no stacks (`Error.stackTraceLimit`), or in a form of its own. */
function framesOf(site: CallSite | undefined): string | undefined {
  const stack = site?.stack;
  if (typeof stack !== 'string') return undefined;
  const start = stack.indexOf('\n    at ');
  return start === -1 ? undefined : stack.slice(start);
}
