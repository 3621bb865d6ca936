/** The streams of a command, by the numbers that they have in the native engine. */
export const STREAM_NAMES = ['stdout', 'stderr'] as const;
