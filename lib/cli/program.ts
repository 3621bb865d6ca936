/** What the program calls itself in what it says. */

export const PROGRAM = 'escher-execution-engine';
