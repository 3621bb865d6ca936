/** A turn of the event loop, also in a test that replaces the timers. */

import * as timers from 'node:timers';

// Read when this file is loaded: a test replaces the functions of the module later.
const immediate = timers.setImmediate;

export const turn = (): Promise<void> => new Promise((resolve) => immediate(resolve));
