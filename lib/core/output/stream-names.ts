/** The output streams of a command, by their numbers in the native engine. */
export const STREAM_NAMES = ['stdout', 'stderr'] as const;
