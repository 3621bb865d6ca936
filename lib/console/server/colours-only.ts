/** Removes escape sequences and control characters from text, except line feeds, carriage returns and tabs. */

const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed.
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|[ -/]*[0-~])?|[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence of colours.
const COLOUR = /^\u001b\[[\d;:]*m$/;

/** What could hide or overwrite other lines in the page: all but colours. */
export const coloursOnly = (line: string): string =>
  line.replace(SEQUENCE, (sequence) => (COLOUR.test(sequence) ? sequence : ''));

/** Also colours. */
export const plainText = (text: string): string => text.replace(SEQUENCE, '');
