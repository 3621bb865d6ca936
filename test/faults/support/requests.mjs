// Requests in short.
import { waitFor } from './wait.mjs';

/** For `/bin/sh`, which starts quicker than the default shell. */
export const sh = (command, extra = {}) => ({
  command: { type: 'shell', command, shell: '/bin/sh' },
  ...extra,
});

export const exec = (program, args = [], extra = {}) => ({
  command: { type: 'exec', program, args },
  ...extra,
});

/** A command that ends by itself only long after every row, and has the mark in its arguments. */
export const leaf = (mark) => `sleep 300.0${mark}`;

/** The pid of an execution, which may not be known yet. */
export const pidOf = (execution) => waitFor('the execution to start', () => execution.pid);
